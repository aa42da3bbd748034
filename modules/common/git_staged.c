/* git_staged.c: the person's index: what it has that nothing else has, and whether it may
 * be touched at all. */
#include "git.h"

#include <string.h>
#include <unistd.h>

/* Id of the tree that is staged; "": the index has conflicts. */
static enum kad_outcome staged_tree(const struct git *git, const char **tree)
{
    const struct git_call write = {
        .args = GIT_ARGS("write-tree"), .uses_own_index = true, .may_fail = true};
    enum kad_outcome outcome = git_copy_index(git);

    if (outcome == KAD_SUCCESS)
        outcome = git_line(git, &write, tree);
    git_clear_index(git);
    return outcome;
}

/* "": nothing has been committed. */
static enum kad_outcome head_tree(const struct git *git, const char **tree)
{
    const struct git_call call = {
        .args = GIT_ARGS("rev-parse", "--verify", "--quiet", "HEAD^{tree}"),
        .may_fail = true,
    };

    return git_line(git, &call, tree);
}

enum kad_outcome git_keep_staged(const struct git *git)
{
    const char *head = "", *tree = "", *commit, *ref;
    enum kad_outcome outcome = staged_tree(git, &tree);

    if (outcome == KAD_SUCCESS)
        outcome = head_tree(git, &head);
    if (outcome != KAD_SUCCESS || !*tree || !strcmp(tree, head))
        return outcome;
    ref = git_ref(git->step, kad_printf(git->step, "staged/%.12s", tree));
    outcome = git_commit_record(git, tree, &commit);
    if (outcome == KAD_SUCCESS)
        outcome = git_set_ref(git, ref, commit);
    if (outcome == KAD_SUCCESS)
        kad_log(git->step, "the index is kept as %s", ref);
    return outcome;
}

enum kad_outcome git_find_unfinished(const struct git *git, const char **what)
{
    static const struct {
        const char *file, *what;
    } states[] = {
        {"MERGE_HEAD", "a merge is under way"},
        {"CHERRY_PICK_HEAD", "a cherry-pick is under way"},
        {"REVERT_HEAD", "a revert is under way"},
        {"rebase-merge", "a rebase is under way"},
        {"rebase-apply", "a rebase or git am is under way"},
    };
    const struct git_call unmerged = {.args = GIT_ARGS("ls-files", "--unmerged")};
    const char *line = "";
    enum kad_outcome outcome = KAD_SUCCESS;

    *what = NULL;
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        const char *path;

        outcome = git_path(git, states[i].file, &path);
        if (outcome != KAD_SUCCESS)
            return outcome;
        if (access(path, F_OK) == 0) {
            *what = states[i].what;
            return KAD_SUCCESS;
        }
    }
    outcome = git_line(git, &unmerged, &line);
    if (outcome == KAD_SUCCESS && *line)
        *what = "the index has conflicts";
    return outcome;
}
