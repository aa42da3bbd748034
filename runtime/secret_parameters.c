/* secret_parameters.c: parameters whose value is not given, but where it is; see secrets.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "codec.h"
#include "mask.h"
#include "secrets.h"

enum { VALUE_MAX_BYTES = 64 * 1024 };
static const char reference_key[] = "$secret", of_variable[] = "env:";

/* ---- References --------------------------------------------------------------------- */

static bool is_variable(const char *text)
{
    return strncmp(text, of_variable, sizeof(of_variable) - 1) == 0;
}

bool secret_is_reference(const char *text)
{
    return (is_variable(text) && text[sizeof(of_variable) - 1]) ||
           (text[0] == '@' && text[1]) || !strcmp(text, "-");
}

const char *secret_reference(struct arena *arena, const char *text)
{
    char path[PATH_MAX];

    if (text[0] != '@' || !realpath(text + 1, path))
        return text;
    return arena_printf(arena, "@%s", path);
}

/* ---- Reading ------------------------------------------------------------------------ */

static const char *read_variable(struct arena *arena, const char *name,
                                 const char **error)
{
    const char *value = getenv(name);

    if (!value)
        *error = arena_printf(arena, "the variable %s is not set", name);
    return value ? arena_copy(arena, value, strlen(value)) : NULL;
}

/* Without the end of its last line. */
static struct str without_line_end(struct str text)
{
    if (str_ends_with(text, S("\n")))
        text.len--;
    if (str_ends_with(text, S("\r")))
        text.len--;
    return text;
}

static const char *read_file(struct arena *arena, const char *path, const char **error)
{
    struct str text;

    if (!file_read(arena, path, VALUE_MAX_BYTES, &text)) {
        *error = arena_printf(arena, "%s: %s", path, strerror(errno));
        return NULL;
    }
    text = without_line_end(text);
    return arena_copy(arena, text.p, text.len);
}

static bool read_more(struct buf *text)
{
    char piece[1024];
    const ssize_t len = read(STDIN_FILENO, piece, sizeof(piece));

    if (len > 0)
        buf_add(text, (struct str){piece, (size_t)len});
    return len > 0 || (len < 0 && errno == EINTR);
}

/* To its end; on a terminal one line, which is not shown. */
static const char *read_standard_input(struct arena *arena, const char **error)
{
    struct termios before, silent;
    const bool is_terminal = tcgetattr(STDIN_FILENO, &before) == 0;
    struct buf text;
    struct str value;

    buf_init(&text, arena);
    if (is_terminal) {
        silent = before;
        silent.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    while (text.len <= VALUE_MAX_BYTES &&
           !(is_terminal && str_ends_with(buf_str(&text), S("\n"))) && read_more(&text))
        continue;
    if (is_terminal)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    value = without_line_end(buf_str(&text));
    if (text.len <= VALUE_MAX_BYTES && value.len)
        return arena_copy(arena, value.p, value.len);
    *error = value.len ? "standard input has more than 64 KiB"
                       : "nothing came on standard input";
    return NULL;
}

const char *secret_read(struct arena *arena, const char *reference, const char *held,
                        const char **error)
{
    if (is_variable(reference))
        return read_variable(arena, reference + sizeof(of_variable) - 1, error);
    if (reference[0] == '@')
        return read_file(arena, reference + 1, error);
    return held ? held : read_standard_input(arena, error);
}

/* ---- Values ------------------------------------------------------------------------- */

static void add_texts(const struct kad_type *type, const json_t *value, bool is_secret)
{
    const json_t *item;
    const char *key;
    size_t i;

    is_secret = is_secret || (type && type->is_secret);
    if (json_is_string(value) && is_secret)
        mask_add(str_of(json_string_value(value)), NULL);
    json_array_foreach(value, i, item) add_texts(
        type && type->kind == KAD_ARRAY ? type->items : NULL, item, is_secret);
    json_object_foreach((json_t *)value, key, item)
    {
        const struct kad_type *of_field = NULL;

        for (i = 0; type && i < type->field_count; i++)
            if (!strcmp(type->fields[i].name, key))
                of_field = type->fields[i].type;
        add_texts(of_field, item, is_secret);
    }
}

void secret_parameter_add(struct arena *arena, const char *name,
                          const struct kad_type *type, const json_t *value)
{
    if (json_is_string(value) && json_string_length(value) >= MASK_MIN_BYTES)
        mask_add(str_of(json_string_value(value)),
                 arena_printf(arena, "trigger.%s", name));
    else
        add_texts(type, value, false);
}

/* ---- Stored parameters -------------------------------------------------------------- */

static const char *held_path(struct arena *arena, const struct project *project,
                             const char *execution)
{
    return arena_printf(arena, "%s/held/%s", project->state, execution);
}

static const char *held_text(struct arena *arena, const struct project *project,
                             const char *execution)
{
    struct str text;

    if (!file_read(arena, held_path(arena, project, execution), VALUE_MAX_BYTES, &text))
        return NULL;
    return arena_copy(arena, text.p, text.len);
}

/* A new reference; NULL: *error. */
static json_t *value_of(struct arena *arena, const struct project *project,
                        const struct kad_field *field, const char *execution,
                        const char *reference, const char **error)
{
    const char *held = NULL, *text;
    json_t *value;

    if (!strcmp(reference, "-")) {
        held = held_text(arena, project, execution);
        if (!held) {
            *error = "it came from standard input, and has not been kept";
            return NULL;
        }
    }
    text = secret_read(arena, reference, held, error);
    value = text ? codec_from_text(arena, field->type, text, error) : NULL;
    if (text && !value) /* what is wrong would tell what it is */
        *error = "its value does not fit its type any more";
    return value;
}

const char *secret_parameters_read(struct arena *arena, const struct project *project,
                                   const struct kad_type *trigger,
                                   const char *execution, const char *stored,
                                   const char **error)
{
    const char *text = stored;
    json_t *parameters;

    *error = NULL;
    if (!type_has_secret(trigger))
        return stored;
    parameters = json_loads(stored, 0, NULL);
    for (size_t i = 0; i < trigger->field_count && !*error; i++) {
        const struct kad_field *field = &trigger->fields[i];
        const char *reference = json_string_value(
            json_object_get(json_object_get(parameters, field->name), reference_key));
        json_t *value;

        if (!reference || !type_has_secret(field->type))
            continue;
        value = value_of(arena, project, field, execution, reference, error);
        if (!value) {
            *error = arena_printf(arena, "the secret parameter `%s`: %s", field->name,
                                  *error);
            break;
        }
        secret_parameter_add(arena, field->name, field->type, value);
        json_object_set_new(parameters, field->name, value);
    }
    if (parameters)
        text = codec_compact(arena, parameters).text;
    json_decref(parameters);
    return *error ? NULL : text;
}

/* ---- Standard input ----------------------------------------------------------------- */

bool secret_hold(struct arena *arena, const struct project *project,
                 const char *execution, const char *text)
{
    const char *folder = arena_printf(arena, "%s/held", project->state);
    const char *path = held_path(arena, project, execution);
    bool is_written;
    int fd;

    if (!make_folders(arena, folder))
        return false;
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return false;
    is_written = file_write_all(fd, str_of(text)) && fsync(fd) == 0 &&
                 folder_sync(folder) && folder_sync(project->state);
    if (!is_written) {
        const int reason = errno;

        unlink(path);
        errno = reason;
    }
    close(fd);
    return is_written;
}

void secret_forget(struct arena *arena, const struct project *project,
                   const char *execution)
{
    const char *path = held_path(arena, project, execution);

    if (access(path, F_OK) == 0) /* rarely, and unlink takes longer to say so */
        unlink(path);
}
