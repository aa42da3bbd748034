/* git_hidden.c: files of which a person has told git to overlook the changes.
 *
 * `git update-index --assume-unchanged`, or --skip-worktree on a file that is there: a
 * setting of their own, say. git add passes them over, so no record would have what an
 * agent overwrites. In our own index the marks are taken away; the person's keeps them.
 *
 *     output = (tag " " path NUL)*     S: skip-worktree; small: assume-unchanged */
#include "git.h"

#include <ctype.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/buf.h"

struct hidden {
    struct buf assumed, skipped; /* paths, each with its NUL */
};

/* In a sparse checkout most of what is skipped is not there. */
static bool is_there(const struct git *git, const char *path)
{
    struct stat st;

    return lstat(kad_printf(git->step, "%s/%s", git->root, path), &st) == 0;
}

static void add_path(struct buf *paths, const char *path)
{
    buf_add(paths, str_of(path));
    buf_add_char(paths, '\0');
}

static void read_tags(const struct git *git, const struct kad_output *output,
                      struct hidden *hidden)
{
    const char *end = output->out + output->out_len;

    for (const char *line = output->out; line < end; line += strlen(line) + 1) {
        const bool is_whole = line + strlen(line) < end;

        if (strlen(line) < 3 || !is_whole) /* the last one, where the list is cut */
            continue;
        if (islower((unsigned char)line[0]))
            add_path(&hidden->assumed, line + 2);
        if (toupper((unsigned char)line[0]) == 'S' && is_there(git, line + 2))
            add_path(&hidden->skipped, line + 2);
    }
}

static enum kad_outcome take_away(const struct git *git, const char *option,
                                  const struct buf *paths)
{
    const struct git_call call = {
        .args = GIT_ARGS("update-index", option, "-z", "--stdin"),
        .uses_own_index = true,
        .input = paths->p,
        .input_len = paths->len,
    };
    struct kad_output output;

    return paths->len ? git_run(git, &call, &output) : KAD_SUCCESS;
}

enum kad_outcome git_see_hidden(const struct git *git)
{
    const struct git_call list = {.args = GIT_ARGS("ls-files", "-v", "-z"),
                                  .uses_own_index = true,
                                  .may_fail = true};
    struct arena arena = {0};
    struct hidden hidden;
    struct kad_output output;
    enum kad_outcome outcome = git_run(git, &list, &output);

    if (outcome != KAD_SUCCESS)
        return outcome;
    if (output.is_cut)
        kad_log(git->step, "so many files that marks of some are not looked at");
    else if (output.exit_code != 0)
        return kad_fail(git->step, "git_failed", "git ls-files: %s", output.err);
    buf_init(&hidden.assumed, &arena);
    buf_init(&hidden.skipped, &arena);
    read_tags(git, &output, &hidden);
    outcome = take_away(git, "--no-assume-unchanged", &hidden.assumed);
    if (outcome == KAD_SUCCESS)
        outcome = take_away(git, "--no-skip-worktree", &hidden.skipped);
    arena_release(&arena);
    return outcome;
}
