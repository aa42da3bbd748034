/* secrets.c: the secrets that a workflow names; see secrets.h. */
#include "secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/vec.h"
#include "mask.h"

extern char **environ;

enum { FILE_MAX_BYTES = 1024 * 1024 };
static const char prefix[] = "KAD_SECRET_";

/* ---- Which -------------------------------------------------------------------------- */

bool type_has_secret(const struct kad_type *type)
{
    if (type->is_secret)
        return true;
    for (size_t i = 0; i < type->field_count; i++)
        if (type_has_secret(type->fields[i].type))
            return true;
    return type->kind == KAD_ARRAY && type_has_secret(type->items);
}

bool workflow_has_secrets(const struct kad_workflow *workflow)
{
    if (workflow->secrets || type_has_secret(workflow->trigger))
        return true;
    for (size_t i = 0; i < workflow->step_count; i++) {
        const struct kad_block *block = workflow->steps[i].block;

        if (block && block->workflow && workflow_has_secrets(block->workflow))
            return true;
    }
    return false;
}

/* ---- The file ----------------------------------------------------------------------- */

struct line {
    struct str name, value;
    unsigned number;
};

struct secrets_file {
    const char *path;
    VEC(struct line) lines;
};

/* NULL, or why the file is not to be used. */
static const char *check_file(struct arena *arena, const char *path, int fd)
{
    struct stat about;

    if (fstat(fd, &about) != 0)
        return arena_printf(arena, "%s: %s", path, strerror(errno));
    if (!S_ISREG(about.st_mode))
        return arena_printf(arena, "%s is no file", path);
    if (about.st_uid != geteuid() && about.st_uid != 0)
        return arena_printf(arena, "%s belongs to somebody else: it must be yours",
                            path);
    if (about.st_mode & 077)
        return arena_printf(arena, "%s may be read by others: `chmod 600 %s`", path,
                            path);
    if (about.st_size > FILE_MAX_BYTES)
        return arena_printf(arena, "%s is larger than 1 MiB", path);
    return NULL;
}

static const char *take_line(struct arena *arena, struct secrets_file *file,
                             struct str text, unsigned number)
{
    const size_t equals = str_find(text, S("="));
    const struct line line = {
        .name = str_trim(str_part(text, 0, equals)),
        .value = str_part(text, equals + 1, text.len),
        .number = number,
    };

    if (!str_trim(text).len || str_starts_with(str_trim(text), S("#")))
        return NULL;
    if (equals == text.len || !line.name.len)
        return arena_printf(arena, "%s: line %u: expected NAME=VALUE", file->path,
                            number);
    for (size_t i = 0; i < file->lines.count; i++)
        if (str_equal(file->lines.items[i].name, line.name))
            return arena_printf(arena, "%s: line %u: `%.*s` is there twice", file->path,
                                number, STR(line.name));
    vec_push(arena, &file->lines, line);
    return NULL;
}

static const char *take_lines(struct arena *arena, struct secrets_file *file,
                              struct str text)
{
    const char *error = NULL;

    for (unsigned number = 1; text.len && !error; number++) {
        const size_t end = str_find(text, S("\n"));
        struct str line = str_part(text, 0, end);

        if (str_ends_with(line, S("\r")))
            line.len--;
        error = take_line(arena, file, line, number);
        text = str_part(text, end + 1, text.len);
    }
    return error;
}

/* No file: no lines. NULL, or what is wrong. */
static const char *read_file(struct arena *arena, struct secrets_file *file)
{
    const int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    const char *error;
    struct str text = {0};

    if (fd < 0)
        return errno == ENOENT
                   ? NULL
                   : arena_printf(arena, "%s: %s", file->path, strerror(errno));
    error = check_file(arena, file->path, fd);
    close(fd);
    if (!error && !file_read(arena, file->path, FILE_MAX_BYTES, &text))
        error = arena_printf(arena, "%s: %s", file->path, strerror(errno));
    return error ? error : take_lines(arena, file, text);
}

/* ---- Loading ------------------------------------------------------------------------ */

struct loading {
    struct arena *arena;
    struct secrets_file file;
    bool has_read_file;
    const char *error;
    struct buf missing; /* "`A`, `B`" */
};

static void refuse_value(struct loading *loading, const char *name, const char *why)
{
    loading->error = arena_printf(loading->arena, "the secret `%s` %s", name, why);
}

static void take_value(struct loading *loading, const char *name, struct str value)
{
    if (value.len < MASK_MIN_BYTES)
        refuse_value(
            loading, name,
            "is shorter than 4 characters: it could not be told from other text");
    else if (!str_is_utf8(value) || memchr(value.p, 0, value.len))
        refuse_value(loading, name, "is no text in UTF-8");
    else
        mask_add(value, name);
}

static void load_from_file(struct loading *loading, const char *name)
{
    if (!loading->has_read_file)
        loading->error = read_file(loading->arena, &loading->file);
    loading->has_read_file = true;
    for (size_t i = 0; i < loading->file.lines.count && !loading->error; i++)
        if (str_is(loading->file.lines.items[i].name, name)) {
            take_value(loading, name, loading->file.lines.items[i].value);
            return;
        }
    if (!loading->error)
        buf_printf(&loading->missing, "%s`%s`", loading->missing.len ? ", " : "", name);
}

static void load(struct loading *loading, const char *name)
{
    const char *value = getenv(arena_printf(loading->arena, "%s%s", prefix, name));

    if (mask_find(name))
        return;
    if (value)
        take_value(loading, name, str_of(value));
    else
        load_from_file(loading, name);
}

static void load_all(struct loading *loading, const struct kad_workflow *workflow)
{
    for (size_t i = 0; workflow->secrets && workflow->secrets[i]; i++)
        if (!loading->error)
            load(loading, workflow->secrets[i]);
    for (size_t i = 0; i < workflow->step_count; i++) {
        const struct kad_block *block = workflow->steps[i].block;

        if (block && block->workflow)
            load_all(loading, block->workflow);
    }
}

const char *secrets_file_problem(struct arena *arena, const struct project *project)
{
    struct secrets_file file = {.path =
                                    arena_printf(arena, "%s/secrets", project->state)};

    return read_file(arena, &file);
}

const char *secrets_load(struct arena *arena, const struct project *project,
                         const struct kad_workflow *workflow)
{
    struct loading loading = {.arena = arena};

    loading.file.path = arena_printf(arena, "%s/secrets", project->state);
    buf_init(&loading.missing, arena);
    load_all(&loading, workflow);
    if (loading.error || !loading.missing.len)
        return loading.error;
    return arena_printf(
        arena,
        "there is no secret %s: set the variable %sNAME, or write a line "
        "NAME=VALUE to %s (mode 0600)",
        loading.missing.p, prefix, loading.file.path);
}

/* ---- The environment ---------------------------------------------------------------- */

/* Whether a secret parameter of these comes from the variable. */
static bool is_referred_to(const json_t *parameters, struct str name)
{
    const char *parameter;
    json_t *value;

    json_object_foreach((json_t *)parameters, parameter, value)
    {
        const char *reference = json_string_value(json_object_get(value, "$secret"));

        if (reference && str_starts_with(str_of(reference), S("env:")) &&
            str_is(name, reference + strlen("env:")))
            return true;
    }
    return false;
}

/* `entry`: "NAME=value". The kernel shows this memory as the process's environment. */
static void leave(char **entry, size_t name_len)
{
    char *value = *entry + name_len;

    explicit_bzero(value, strlen(value));
    for (; *entry; entry++)
        entry[0] = entry[1];
}

void secrets_leave_environment(const char *parameters)
{
    json_t *given = parameters ? json_loads(parameters, 0, NULL) : NULL;

    for (char **entry = environ; *entry;) {
        const struct str name = {*entry, strcspn(*entry, "=")};

        if (str_starts_with(name, (struct str){prefix, sizeof(prefix) - 1}) ||
            is_referred_to(given, name))
            leave(entry, name.len);
        else
            entry++;
    }
    json_decref(given);
}
