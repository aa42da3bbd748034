/* commit.c: see commit.h.
 *
 *     origin   the commit that the person was on        refs/kad/EXECUTION/origin
 *     base     the tree when the execution began        refs/kad/EXECUTION/base
 *     now      the tree as it is
 *
 * The commit is origin with what leads from base to now. A file that was the same in
 * origin and base is simply taken from now. One in which the person had changes of
 * their own gets only the execution's part, as a patch; where that does not apply, the
 * file goes in as it is, and the log says so.
 *   (1) The person's working tree is never written;
 *   (2) their index changes only at the paths that were committed. */
#include "commit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"

/* What the commit is made of; ids. */
struct parts {
    const char *origin; /* NULL: nothing had been committed yet */
    const char *base, *now;
    const char *tip; /* of the branch; NULL: it is not there yet */
};

/* ---- Where it stands ------------------------------------------------------------- */

static enum kad_outcome empty_tree(const struct git *git, const char **tree)
{
    const struct git_call call = {
        .args = GIT_ARGS("hash-object", "-t", "tree", "-w", "--stdin"), .input = ""};

    return git_line(git, &call, tree);
}

static enum kad_outcome keep_origin(const struct git *git, const char **origin)
{
    const char *ref = git_ref(git->step, "origin");
    enum kad_outcome outcome = git_find_commit(git, ref, origin);

    if (outcome != KAD_SUCCESS || *origin)
        return outcome;
    outcome = git_find_commit(git, "HEAD", origin);
    if (outcome != KAD_SUCCESS || !*origin)
        return outcome;
    return git_set_ref(git, ref, *origin);
}

static enum kad_outcome find_parts(const struct git *git, const struct commit *commit,
                                   struct parts *parts)
{
    enum kad_outcome outcome = keep_origin(git, &parts->origin);

    if (outcome == KAD_SUCCESS)
        outcome = git_find_commit(git, git_ref(git->step, "base"), &parts->base);
    if (outcome == KAD_SUCCESS && !parts->base)
        parts->base = parts->origin; /* no step has recorded one: all that is new */
    if (outcome == KAD_SUCCESS && !parts->base)
        outcome = empty_tree(git, &parts->base);
    if (outcome == KAD_SUCCESS)
        outcome = git_tree_now(git, &parts->now);
    if (outcome == KAD_SUCCESS)
        outcome = git_find_commit(
            git, kad_printf(git->step, "refs/heads/%s", commit->branch), &parts->tip);
    return outcome;
}

/* ---- The tree -------------------------------------------------------------------- */

static const struct git_entry *find_entry(const struct git_entries *entries,
                                          const char *path)
{
    for (size_t i = 0; i < entries->count; i++)
        if (!strcmp(entries->items[i].path, path))
            return &entries->items[i];
    return NULL;
}

/* Puts an entry of `now` into our own index. Mode 0 deletes it there. */
static enum kad_outcome take_whole(const struct git *git, const struct git_entry *entry)
{
    const char *mode = entry->status == 'D' ? "0" : entry->new_mode;
    const char *line =
        kad_printf(git->step, "%s %s\t%s", mode, entry->new_id, entry->path);
    const struct git_call call = {
        .args = GIT_ARGS("update-index", "--replace", "-z", "--index-info"),
        .uses_own_index = true,
        .input = line,
        .input_len = strlen(line) + 1,
    };
    struct kad_output output;

    return git_run(git, &call, &output);
}

/* Puts only what leads from base to now into our own index. */
static enum kad_outcome take_part(const struct git *git, const struct parts *parts,
                                  const struct git_entry *entry)
{
    const char *path = kad_printf(git->step, ":(literal)%s", entry->path);
    const struct git_call diff = {
        .args = GIT_ARGS("diff-tree", "-p", "-r", "--binary", "--full-index",
                         "--no-renames", "--no-color", "--no-ext-diff", "--no-textconv",
                         parts->base, parts->now, "--", path),
        .may_fail = true, /* is_cut: it is a large difference */
    };
    struct git_call apply = {
        .args = GIT_ARGS("apply", "--cached", "--whitespace=nowarn", "-"),
        .uses_own_index = true,
        .may_fail = true,
    };
    struct kad_output output;
    enum kad_outcome outcome = git_run(git, &diff, &output);

    if (outcome != KAD_SUCCESS)
        return outcome;
    if (output.exit_code != 0 && !output.is_cut)
        return kad_fail(git->step, "git_failed", "git diff-tree: %s", output.err);
    apply.input = output.out;
    apply.input_len = output.out_len;
    if (!output.is_cut) {
        outcome = git_run(git, &apply, &output);
        if (outcome != KAD_SUCCESS || output.exit_code == 0)
            return outcome;
    }
    kad_log(
        git->step,
        "%s goes in with the changes that were there before: they can't be told apart",
        entry->path);
    return take_whole(git, entry);
}

/* Our own index: origin with the entries of base to now. */
static enum kad_outcome fill_index(const struct git *git, const struct parts *parts,
                                   const struct git_entries *entries)
{
    const char *origin = parts->origin ? parts->origin : "--empty";
    const struct git_call read = {.args = GIT_ARGS("read-tree", origin),
                                  .uses_own_index = true};
    struct git_entries theirs = {0};
    struct kad_output output;
    enum kad_outcome outcome = git_run(git, &read, &output);

    if (outcome == KAD_SUCCESS && parts->origin)
        outcome = git_diff(git, parts->origin, parts->base, false, &theirs);
    for (size_t i = 0; i < entries->count && outcome == KAD_SUCCESS; i++) {
        const struct git_entry *entry = &entries->items[i];

        outcome = find_entry(&theirs, entry->path) ? take_part(git, parts, entry)
                                                   : take_whole(git, entry);
    }
    return outcome;
}

static enum kad_outcome build_tree(const struct git *git, const struct parts *parts,
                                   const struct git_entries *entries, const char **tree)
{
    const struct git_call write = {.args = GIT_ARGS("write-tree"),
                                   .uses_own_index = true};
    enum kad_outcome outcome;

    git_clear_index(git);
    outcome = fill_index(git, parts, entries);
    if (outcome == KAD_SUCCESS)
        outcome = git_line(git, &write, tree);
    git_clear_index(git);
    return outcome;
}

/* ---- The commit ------------------------------------------------------------------ */

/* Whether git would find a name and an address for the person. */
static enum kad_outcome has_identity(const struct git *git, bool *is_there)
{
    const struct git_call call = {.args = GIT_ARGS("var", "GIT_COMMITTER_IDENT"),
                                  .may_fail = true};
    const char *line = "";
    const enum kad_outcome outcome = git_line(git, &call, &line);

    *is_there = *line != '\0';
    return outcome;
}

static enum kad_outcome commit_tree(const struct git *git, const struct commit *commit,
                                    const char *tree, const char *parent,
                                    const char **id)
{
    const char *message = kad_printf(git->step, "%s\n\nKad-Execution: %s",
                                     commit->title, kad_step_execution(git->step));
    bool is_there = false;
    const enum kad_outcome outcome = has_identity(git, &is_there);
    const struct git_call call = {
        .args = parent ? GIT_ARGS("commit-tree", tree, "-m", message, "-p", parent)
                       : GIT_ARGS("commit-tree", tree, "-m", message),
        .as_kad = !is_there,
    };

    return outcome == KAD_SUCCESS ? git_line(git, &call, id) : outcome;
}

static enum kad_outcome tree_of(const struct git *git, const char *commit,
                                const char **tree)
{
    const char *name = kad_printf(git->step, "%s^{tree}", commit);

    return git_line(git, &(struct git_call){.args = GIT_ARGS("rev-parse", name)}, tree);
}

/* The id of the commit with this tree: the one that is already there (made before a
 * crash, or by the agent itself), else a new one. */
static enum kad_outcome commit_once(const struct git *git, const struct parts *parts,
                                    const char *tree, bool has_changes,
                                    struct commit *commit)
{
    const char *parent = parts->tip ? parts->tip : parts->origin;
    const char *before = NULL;
    enum kad_outcome outcome = KAD_SUCCESS;

    if (parent)
        outcome = tree_of(git, parent, &before);
    else
        outcome = empty_tree(git, &before);
    if (outcome != KAD_SUCCESS)
        return outcome;
    if (strcmp(before, tree) != 0)
        return commit_tree(git, commit, tree, parent, &commit->id);
    if (!parent || (!parts->tip && !has_changes))
        return kad_fail(git->step, "nothing_to_commit",
                        "the execution changed nothing");
    commit->id = parent;
    return KAD_SUCCESS;
}

/* ---- The branch ------------------------------------------------------------------ */

/* What the person had staged at other paths stays staged. */
static enum kad_outcome reset_index(const struct git *git,
                                    const struct git_entries *entries)
{
    struct arena arena = {0};
    struct buf paths;
    struct kad_output output;
    struct git_call call = {
        .args =
            GIT_ARGS("reset", "-q", "--pathspec-from-file=-", "--pathspec-file-nul"),
    };
    enum kad_outcome outcome;

    if (!entries->count)
        return KAD_SUCCESS; /* no path at all would mean every path */
    buf_init(&paths, &arena);
    for (size_t i = 0; i < entries->count; i++) {
        buf_printf(&paths, ":(literal)%s", entries->items[i].path);
        buf_add_char(&paths, '\0');
    }
    call.input = paths.p;
    call.input_len = paths.len;
    outcome = git_run(git, &call, &output);
    arena_release(&arena);
    return outcome;
}

/* The branch gets the commit and HEAD the branch; the files are already what they
 * should be. */
static enum kad_outcome switch_to(const struct git *git, const struct commit *commit,
                                  const struct git_entries *entries)
{
    const char *ref = kad_printf(git->step, "refs/heads/%s", commit->branch);
    const struct git_call head = {.args = GIT_ARGS("symbolic-ref", "HEAD", ref)};
    struct kad_output output;
    enum kad_outcome outcome = git_keep_staged(git);

    if (outcome == KAD_SUCCESS)
        outcome = git_set_ref(git, ref, commit->id);
    if (outcome == KAD_SUCCESS)
        outcome = git_run(git, &head, &output);
    return outcome == KAD_SUCCESS ? reset_index(git, entries) : outcome;
}

/* As git itself, which does not switch then: the merge would end on our branch. */
static enum kad_outcome refuse_unfinished(const struct git *git)
{
    const char *what;
    const enum kad_outcome outcome = git_find_unfinished(git, &what);

    if (outcome != KAD_SUCCESS || !what)
        return outcome;
    return kad_fail(git->step, "git_failed",
                    "%s: finish or abort that, then resume; nothing is committed yet",
                    what);
}

enum kad_outcome commit_make(const struct git *git, struct commit *commit,
                             struct git_entries *entries)
{
    struct parts parts = {0};
    const char *tree;
    enum kad_outcome outcome = refuse_unfinished(git);

    if (outcome == KAD_SUCCESS)
        outcome = find_parts(git, commit, &parts);
    if (outcome == KAD_SUCCESS)
        outcome = git_diff(git, parts.base, parts.now, false, entries);
    if (outcome == KAD_SUCCESS)
        outcome = git_leave_ignored(git, parts.base, entries);
    if (outcome == KAD_SUCCESS)
        outcome = build_tree(git, &parts, entries, &tree);
    if (outcome == KAD_SUCCESS)
        outcome = commit_once(git, &parts, tree, entries->count > 0, commit);
    return outcome == KAD_SUCCESS ? switch_to(git, commit, entries) : outcome;
}
