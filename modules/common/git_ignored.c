/* git_ignored.c: what was ignored when a tree was recorded is not taken for new.
 *
 * A tree has no ignored files, so when the rules change meanwhile, a person's files that
 * have been there all the time look as if they had been added: to delete or to commit
 * them would be wrong. The rules of the recorded tree are written into a folder of their
 * own, and git says of the files that look new which ones those rules name. */
#include "git.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

static bool is_rules(const char *path)
{
    const char *slash = strrchr(path, '/');

    return !strcmp(slash ? slash + 1 : path, ".gitignore");
}

static bool has_new_rules(const struct git_entries *entries)
{
    for (size_t i = 0; i < entries->count; i++)
        if (is_rules(entries->items[i].path) ||
            (entries->items[i].old_path && is_rules(entries->items[i].old_path)))
            return true;
    return false;
}

/* Writes the .gitignore files of `tree` below `folder`. Our own index is empty then. */
static enum kad_outcome write_rules(const struct git *git, const char *tree,
                                    const char *folder)
{
    const char *prefix = kad_printf(git->step, "--prefix=%s/", folder);
    const struct git_call read = {.args = GIT_ARGS("read-tree", tree),
                                  .uses_own_index = true};
    const struct git_call list = {
        .args = GIT_ARGS("ls-files", "-z", "--", ":(top,glob)**/.gitignore"),
        .uses_own_index = true};
    struct git_call write = {
        .args = GIT_ARGS("checkout-index", "-q", "-f", "-z", "--stdin", prefix),
        .uses_own_index = true};
    struct kad_output output;
    enum kad_outcome outcome;

    git_clear_index(git);
    outcome = git_run(git, &read, &output);
    if (outcome == KAD_SUCCESS)
        outcome = git_run(git, &list, &output);
    write.input = output.out;
    write.input_len = output.out_len;
    if (outcome == KAD_SUCCESS)
        outcome = git_run(git, &write, &output);
    git_clear_index(git);
    return outcome;
}

/* The paths of added files, each with "./", so that none is taken for a pattern, and its
 * NUL. */
static size_t list_added(struct kad_step *step, const struct git_entries *entries,
                         char **list)
{
    size_t len = 0, at = 0;

    for (size_t i = 0; i < entries->count; i++)
        len += strlen(entries->items[i].path) + 3;
    *list = kad_alloc(step, len + 1);
    for (size_t i = 0; i < entries->count; i++) {
        const size_t path_len = strlen(entries->items[i].path) + 1;

        if (entries->items[i].status != 'A')
            continue;
        memcpy(*list + at, "./", 2);
        memcpy(*list + at + 2, entries->items[i].path, path_len);
        at += path_len + 2;
    }
    return at;
}

/* Takes the paths that git has printed, in the same order, out of the entries. */
static void take_out(struct kad_step *step, const struct kad_output *output,
                     struct git_entries *entries)
{
    const char *ignored = output->out, *end = output->out + output->out_len;
    struct git_entry *left =
        kad_alloc(step, (entries->count + 1) * sizeof(struct git_entry));
    size_t count = 0;

    for (size_t i = 0; i < entries->count; i++) {
        const struct git_entry *entry = &entries->items[i];

        if (entry->status == 'A' && ignored < end &&
            !strcmp(ignored + 2, entry->path)) {
            kad_log(step, "%s is left as it is: it was ignored before", entry->path);
            ignored += strlen(ignored) + 1;
        } else {
            left[count++] = *entry;
        }
    }
    if (count < entries->count)
        kad_progress(step, "left alone, for git ignored it before: %zu file%s",
                     entries->count - count, entries->count - count == 1 ? "" : "s");
    *entries = (struct git_entries){left, count};
}

static enum kad_outcome ask_rules(const struct git *git, const char *folder,
                                  struct git_entries *entries)
{
    struct git_call check = {
        .args = GIT_ARGS(kad_printf(git->step, "--work-tree=%s", folder),
                         "check-ignore", "-z", "--stdin", "--no-index"),
        .uses_own_index = true,
        .may_fail = true, /* 1: none is ignored */
    };
    struct kad_output output;
    enum kad_outcome outcome;
    char *list;

    check.input_len = list_added(git->step, entries, &list);
    check.input = list;
    outcome = git_run(git, &check, &output);
    if (outcome != KAD_SUCCESS)
        return outcome;
    if (output.exit_code < 0 || output.exit_code > 1 || output.is_cut)
        return kad_fail(git->step, "git_failed", "git check-ignore: %s", output.err);
    take_out(git->step, &output, entries);
    return KAD_SUCCESS;
}

enum kad_outcome git_leave_ignored(const struct git *git, const char *tree,
                                   struct git_entries *entries)
{
    const char *folder = kad_printf(git->step, "%s.rules", git->index);
    enum kad_outcome outcome;

    if (!has_new_rules(entries))
        return KAD_SUCCESS;
    if (!file_remove(folder) || mkdir(folder, 0700) < 0)
        return kad_fail(git->step, "git_failed", "%s: %s", folder, strerror(errno));
    outcome = write_rules(git, tree, folder);
    if (outcome == KAD_SUCCESS)
        outcome = ask_rules(git, folder, entries);
    file_remove(folder);
    return outcome;
}
