/* batch_lines.c: see batch.h. All lines are read and checked before anything starts. */
#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "codec.h"
#include "program/batch.h"
#include "program/parameters.h"
#include "secrets.h"

enum { FILE_BYTES_MAX = 256 * 1024 * 1024 };

struct reader {
    struct arena *arena; /* of what stays */
    const struct kad_workflow *workflow;
    const char *path;
    FILE *err;
    struct batch_lines *lines;
    size_t number; /* of the line that is being read */
    bool has_failed;
};

/* The object of a line; NULL: reported. */
static json_t *read_object(struct reader *reader, struct str text)
{
    json_error_t error;
    json_t *json = json_loadb(text.p, text.len, JSON_REJECT_DUPLICATES, &error);

    if (json_is_object(json))
        return json;
    if (json)
        fprintf(reader->err, "%s:%zu: expected an object of parameters: {...}\n",
                reader->path, reader->number);
    else
        fprintf(reader->err, "%s:%zu:%d: %s\n", reader->path, reader->number,
                error.column > 0 ? error.column : 1, error.text);
    json_decref(json);
    return NULL;
}

static void add_line(struct reader *reader, const char *parameters, const char *stored)
{
    const struct batch_line line = {
        .number = reader->number,
        .parameters = arena_copy(reader->arena, parameters, strlen(parameters)),
        .stored = arena_copy(reader->arena, stored, strlen(stored)),
    };

    vec_push(reader->arena, &reader->lines->items, line);
}

static void read_parameters(struct reader *reader, struct arena *memory, json_t *object)
{
    char *no_more[] = {NULL};
    struct arguments arguments = {
        .arena = memory,
        .program = reader->workflow->id,
        .place = arena_printf(memory, "%s:%zu", reader->path, reader->number),
        .rest = no_more,
        .err = reader->err,
    };
    struct parameters parameters;
    const char *finished;

    parameters_init(&parameters, &arguments, reader->workflow);
    parameters_read_json(&parameters, object);
    finished = parameters_finish(&parameters);
    if (finished)
        add_line(reader, finished, parameters_stored(&parameters, finished));
    else
        reader->has_failed = true;
    parameters_release(&parameters);
}

/* What a secret leads to stays known; nothing else of a line does. */
static void read_line(struct reader *reader, struct str text)
{
    struct arena scratch = {0};
    json_t *object;

    if (!str_trim(text).len)
        return;
    object = read_object(reader, text);
    if (object)
        read_parameters(reader,
                        type_has_secret(reader->workflow->trigger) ? reader->arena
                                                                   : &scratch,
                        object);
    else
        reader->has_failed = true;
    json_decref(object);
    arena_release(&scratch);
}

bool batch_read(struct arena *arena, const struct kad_workflow *workflow,
                const char *path, FILE *err, struct batch_lines *lines)
{
    struct reader reader = {
        .arena = arena, .workflow = workflow, .path = path, .err = err, .lines = lines};
    struct arena memory = {0};
    struct str text;

    if (!file_read(&memory, path, FILE_BYTES_MAX, &text)) {
        fprintf(err, "wf-%s: %s: %s\n", workflow->id, path, strerror(errno));
        reader.has_failed = true;
    } else {
        while (text.len) {
            const size_t len = str_find(text, S("\n"));

            reader.number++;
            read_line(&reader, str_part(text, 0, len));
            text = str_part(text, len + 1, text.len);
        }
    }
    arena_release(&memory);
    return !reader.has_failed;
}
