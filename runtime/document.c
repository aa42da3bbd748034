/* document.c: see document.h. */
#include "document.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "kad/errors.h"
#include "project.h"

json_t *document_text_of(struct str text)
{
    struct arena scratch = {0};
    struct buf valid;
    json_t *json;

    buf_init(&valid, &scratch);
    buf_add_valid(&valid, text);
    json = json_stringn(valid.p, valid.len);
    arena_release(&scratch);
    return json;
}

json_t *document_text(const char *text)
{
    return text ? document_text_of(str_of(text)) : json_null();
}

json_t *document_json(const char *text)
{
    json_t *json = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;

    return json ? json : json_null();
}

json_t *document_time(int64_t unix_ms)
{
    char text[TIME_TEXT_SIZE];

    if (!unix_ms)
        return json_null();
    time_write(unix_ms, text);
    return json_string(text);
}

json_t *document_gate(const struct gate_row *gate)
{
    if (!gate->kind)
        return json_null();
    return json_pack(
        "{s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "key",
        document_text(gate->step_key), "step",
        document_text_of(step_of_key(gate->step_key)), "way", document_text(gate->way),
        "kind", gate->kind, "prompt", document_text(gate->prompt), "openedAt",
        document_time(gate->opened_ms), "dueAt", document_time(gate->due_ms), "choices",
        document_json(gate->choices), "event", document_text(gate->event), "match",
        document_json(gate->match), "answer", document_json(gate->answer));
}

int document_print(json_t *document, int exit_code)
{
    const bool is_printed =
        document && json_dumpf(document, stdout, JSON_INDENT(2)) == 0;

    json_decref(document);
    if (is_printed)
        putchar('\n');
    if (is_printed || ferror(stdout)) /* which is told at the end */
        return exit_code;
    fprintf(stderr, "%s: what --json has to print is no JSON\n",
            program_invocation_short_name);
    return KAD_EXIT_BUG;
}
