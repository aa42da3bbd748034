/* define_write.c: a draft as the YAML that a person would write. See define.h. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "cli.h"
#include "define.h"

/* ---- Texts -------------------------------------------------------------------------- */

/* Letters and what never means something in YAML; no word that is a boolean, null or the
 * like, and nothing that begins like a number. */
static bool is_plain(const char *text)
{
    static const char *const words[] = {"true", "false", "null", "yes", "no",
                                        "on",   "off",   "y",    "n"};

    if (!isalpha((unsigned char)text[0]))
        return false;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (strcasecmp(text, words[i]) == 0)
            return false;
    for (const char *c = text; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("_-./", *c) &&
            (*c != ' ' || c[1] == ' ' || !c[1]))
            return false;
    return true;
}

/* JSON's strings are YAML's double-quoted ones. */
const char *define_quote(struct arena *arena, const char *text)
{
    json_t *json = is_plain(text) ? NULL : json_string(text);
    char *quoted = json ? json_dumps(json, JSON_ENCODE_ANY) : NULL;
    const char *yaml = arena_printf(arena, "%s", quoted ? quoted : text);

    free(quoted);
    json_decref(json);
    return yaml;
}

/* ---- Parts -------------------------------------------------------------------------- */

static void write_trigger(struct buf *out, const struct draft *draft)
{
    buf_printf(out, "\ntriggers:\n  - type: cli\n    command: kad workflow %s\n",
               draft->id);
    if (draft->parameters.count)
        buf_add(out, S("    params:\n"));
    for (size_t i = 0; i < draft->parameters.count; i++) {
        const struct draft_parameter *parameter = &draft->parameters.items[i];

        buf_printf(out, "      - name: %s\n        type: %s\n", parameter->name,
                   parameter->type);
        if (parameter->value)
            buf_printf(out, "        default: %s\n", parameter->value);
    }
}

static void write_work(struct buf *out, const struct draft_step *step)
{
    if (step->module) {
        buf_printf(out, "    module: %s\n    action: %s\n", step->module, step->action);
        if (step->inputs.count)
            buf_add(out, S("    inputs:\n"));
        for (size_t i = 0; i < step->inputs.count; i++)
            buf_printf(out, "      %s: %s\n", step->inputs.items[i].name,
                       step->inputs.items[i].yaml);
        return;
    }
    buf_add(out, S("    run: ["));
    for (size_t i = 0; i < step->argv.count; i++)
        buf_printf(out, "%s%s", i ? ", " : "", step->argv.items[i]);
    buf_add(out, S("]\n"));
}

static void write_step(struct buf *out, const struct draft *draft, size_t index)
{
    const struct draft_step *step = &draft->steps.items[index];
    const char *next =
        index + 1 < draft->steps.count ? draft->steps.items[index + 1].id : "$complete";

    buf_printf(out, "%s  - id: %s\n", index ? "\n" : "", step->id);
    write_work(out, step);
    buf_printf(out, "    onSuccess: %s\n", step->on_success ? step->on_success : next);
    buf_printf(out, "    onFailure: %s\n", step->on_failure);
}

struct str define_write(struct arena *arena, const struct draft *draft)
{
    struct buf out;

    buf_init(&out, arena);
    buf_printf(&out, "name: %s\nversion: 1.0.0\n", define_quote(arena, draft->name));
    if (draft->description[0])
        buf_printf(&out, "description: %s\n", define_quote(arena, draft->description));
    write_trigger(&out, draft);
    buf_add(&out, S("\nsteps:\n"));
    for (size_t i = 0; i < draft->steps.count; i++)
        write_step(&out, draft, i);
    if (draft->outputs.count)
        buf_add(&out, S("\noutputs:\n"));
    for (size_t i = 0; i < draft->outputs.count; i++)
        buf_printf(&out, "  - name: %s\n    value: %s\n", draft->outputs.items[i].name,
                   draft->outputs.items[i].yaml);
    return buf_str(&out);
}
