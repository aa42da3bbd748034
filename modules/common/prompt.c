/* prompt.c: see prompt.h. */
#include "prompt.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum { ENDINGS_MAX = 200, ENDINGS_SHOWN = 8, PATHS_SHOWN = 200 };

/* A file name's ending and how many files have it. */
struct ending {
    const char *text;
    size_t count;
};

static const char *ending_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');

    return dot && dot != name ? dot : name;
}

static void count_ending(struct ending *endings, size_t *count, const char *text)
{
    for (size_t i = 0; i < *count; i++)
        if (!strcmp(endings[i].text, text)) {
            endings[i].count++;
            return;
        }
    if (*count < ENDINGS_MAX)
        endings[(*count)++] = (struct ending){text, 1};
}

/* Most files first; by name among equals, so that a prompt is the same each time. */
static int by_count(const void *left, const void *right)
{
    const struct ending *a = left, *b = right;

    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    return strcmp(a->text, b->text);
}

/* `list`: paths, each with its NUL. */
static const char *describe(struct kad_step *step, const char *list, size_t len)
{
    struct ending endings[ENDINGS_MAX];
    size_t ending_count = 0, path_count = 0;
    struct arena arena = {0};
    struct buf kinds, paths;
    const char *text;

    buf_init(&kinds, &arena);
    buf_init(&paths, &arena);

    for (const char *path = list; path < list + len; path += strlen(path) + 1) {
        count_ending(endings, &ending_count, ending_of(path));
        if (path_count++ < PATHS_SHOWN)
            buf_printf(&paths, "- %s\n", path);
    }
    qsort(endings, ending_count, sizeof(endings[0]), by_count);
    for (size_t i = 0; i < ending_count && i < ENDINGS_SHOWN; i++)
        buf_printf(&kinds, "%s%zu %s", i ? ", " : "", endings[i].count,
                   endings[i].text);
    text = kad_printf(step, "## Repository\n\n%zu files: %.*s\n\n%.*s%s\n", path_count,
                      STR(buf_str(&kinds)), STR(buf_str(&paths)),
                      path_count > PATHS_SHOWN ? "- ...\n" : "");
    arena_release(&arena);
    return text;
}

enum kad_outcome prompt_repository(struct kad_step *step, const char **text)
{
    const char *const argv[] = {"git",      "ls-files",           "-z", "--cached",
                                "--others", "--exclude-standard", NULL};
    const struct kad_program program = {.argv = argv, .is_quiet = true};
    struct kad_output output;
    const enum kad_outcome outcome = kad_exec(step, &program, &output);

    if (outcome != KAD_SUCCESS)
        return outcome;
    if (output.exit_code == 0)
        *text = describe(step, output.out, output.out_len);
    else
        *text = "## Repository\n\nThe working directory is in no git repository.\n\n";
    return KAD_SUCCESS;
}

const char *prompt_json(struct kad_step *step, const char *title, struct kad_json json)
{
    if (!json.text)
        return "";
    return kad_printf(step, "## %s\n\n```json\n%s\n```\n\n", title, json.text);
}
