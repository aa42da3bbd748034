/* help.c: the page of wf-<id> --help. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "codec.h"
#include "program/options.h"
#include "program/parameters.h"
#include "secrets.h"

enum { OPTION_WIDTH = 26 };

static void print_row(FILE *out, const char *option, const char *about)
{
    if (strlen(option) < OPTION_WIDTH)
        fprintf(out, "  %-*s %s\n", OPTION_WIDTH, option, about);
    else
        fprintf(out, "  %s\n  %-*s %s\n", option, OPTION_WIDTH, "", about);
}

static const char *type_word(const struct kad_type *type)
{
    switch (type->kind) {
    case KAD_STRING: return "TEXT";
    case KAD_INTEGER: return "INTEGER";
    case KAD_NUMBER: return "NUMBER";
    case KAD_DURATION: return "DURATION";
    case KAD_BOOLEAN: return NULL;
    case KAD_OBJECT:
    case KAD_OPAQUE_OBJECT: return "JSON|@FILE";
    case KAD_ARRAY: return type_word(type->items) ? type_word(type->items) : "BOOLEAN";
    case KAD_ANY:
    case KAD_OPAQUE_ARRAY: return "JSON";
    }
    kad_unreachable();
}

static const char *option_text(struct arena *arena, const struct kad_field *field)
{
    const char *name = option_name(arena, field->name);
    const char *word = type_word(field->type);
    const char *more = field->type->kind == KAD_ARRAY ? "..." : "";

    if (type_has_secret(field->type))
        return arena_printf(arena, "--%s env:NAME|@FILE|-", name);
    if (!word)
        return arena_printf(arena, "--%s, --no-%s", name, name);
    return arena_printf(arena, "--%s %s%s", name, word, more);
}

static const char *about_text(struct arena *arena, const struct kad_field *field,
                              const struct kad_hand_parameter *hand)
{
    struct buf about;

    buf_init(&about, arena);
    buf_printf(&about, "%s", field->description ? field->description : "");
    for (const char *const *value = field->type->values; value && *value; value++)
        buf_printf(&about, "%s%s", value == field->type->values ? " one of " : ", ",
                   *value);
    if (hand->default_json)
        buf_printf(&about, " (default: %s)", hand->default_json);
    else
        buf_printf(&about, hand->is_required ? " (required)" : " (optional)");
    return str_trim(buf_str(&about)).p;
}

static void print_parameters(FILE *out, struct arena *arena,
                             const struct kad_workflow *workflow)
{
    const struct kad_type *trigger = workflow->trigger;
    size_t count = 0;

    fprintf(out, "\nParameters:\n");
    for (size_t i = 0; i < trigger->field_count; i++) {
        const struct kad_hand_parameter hand = parameter_by_hand(workflow, i);

        if (!hand.is_offered)
            continue;
        count++;
        print_row(out, option_text(arena, &trigger->fields[i]),
                  about_text(arena, &trigger->fields[i], &hand));
    }
    if (count)
        print_row(out, "-p NAME=VALUE", "the same, for any parameter");
    else
        fprintf(out, "  none\n");
}

static void print_options(FILE *out)
{
    fprintf(out, "\nOptions:\n");
    print_row(out, "--resume EXECUTION", "go on with an execution");
    print_row(out, "  --retry|--skip|--fail", "answer \"did the step happen?\"");
    print_row(out, "  --outputs JSON", "what a skipped step would have given");
    print_row(out, "  --outcome NAME", "which of its outcomes it would have had");
    print_row(out, "  --step STEP", "which step is meant, where several are open");
    print_row(out, "  --choice C", "decide what an approval asks; --comment TEXT");
    print_row(out, "  --from STEP", "go on at another step");
    print_row(out, "  --upgrade", "on this build, if what is stored fits it");
    print_row(out, "--batch FILE",
              "many: an object of parameters on each line of FILE");
    print_row(out, "  --concurrency N", "how many are under way at once (default: 16)");
    print_row(out, "--status EXECUTION", "where an execution stands");
    print_row(out, "--describe", "the definition, as JSON");
    print_row(out, "--graph[=FORMAT]", "a picture: text, dot or mermaid");
    print_row(out, "--key KEY", "return the execution with this key if there is one");
    print_row(out, "--db FILE", "another store than .kad/kad.db");
    print_row(out, "--json", "one JSON document on standard output at the end");
    print_row(out, "--verbose, --quiet", "more or less on standard error");
    print_row(out, "--relaxed", "do not wait for the disk at each step");
    print_row(out, "--no-wait", "leave when there is something to wait for");
    print_row(out, "--detach", "print the execution's id and run it in the background");
    print_row(out, "--help, --version", "this page; which workflow and build it is");
}

void help_print(FILE *out, struct arena *arena, const struct kad_workflow *workflow)
{
    fprintf(out, "%s %s\n", workflow->name, workflow->version);
    if (workflow->description)
        fprintf(out, "%s\n", workflow->description);
    fprintf(out,
            "\nUsage: wf-%s [OPTION]... [--PARAMETER VALUE]...\n"
            "       wf-%s --resume EXECUTION\n"
            "       wf-%s --batch FILE [--concurrency N]\n",
            workflow->id, workflow->id, workflow->id);
    print_parameters(out, arena, workflow);
    print_options(out);
    fprintf(out,
            "\nSteps run in the order that their routes say, which --graph shows; "
            "they do not fall\nthrough to the next one in the file.\n"
            "\nExit: 0 completed, 1 failed, 2 usage, 3 paused, waiting or queued, 4 "
            "cancelled, 5 held\nby another process, 70 a bug, 74 the store or standard "
            "output can't be used.\n");
}
