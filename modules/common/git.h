/* git.h: what modules do with the repository of their workspace.
 *
 * The working tree is recorded and compared as git trees that are built with an index
 * file of our own: the person's index, HEAD, branches and stash are not touched.
 * Ignored files, .kad folders and the database are left out everywhere. Records are
 * commits under refs/kad/EXECUTION/.
 *
 * Each function says its failure itself (`git_failed`), and passes KAD_TIMEOUT and
 * KAD_LATER on: whatever is not KAD_SUCCESS is just returned. All memory is the
 * step's. */
#ifndef KAD_COMMON_GIT_H
#define KAD_COMMON_GIT_H

#include "kad/step.h"

struct git {
    struct kad_step *step;
    const char *root;  /* absolute: the top of the working tree */
    const char *index; /* our own index file */
};

/* KAD_FAILURE: said, `not_a_repository`. */
KAD_MUST_USE enum kad_outcome git_open(struct kad_step *step, struct git *git);

/* ---- Any command ----------------------------------------------------------------- */

#define GIT_ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})

struct git_call {
    const char *const *args; /* after "git"; NULL-terminated */
    bool uses_own_index;     /* git->index instead of the person's */
    bool as_kad;             /* author and committer are kad */
    bool may_fail;           /* any exit status is fine: see output->exit_code */
    const char *input;       /* on stdin; or NULL */
    size_t input_len;
};

KAD_MUST_USE enum kad_outcome
git_run(const struct git *git, const struct git_call *call, struct kad_output *output);
/* The first line that it prints; "" when it fails and that is fine. */
KAD_MUST_USE enum kad_outcome git_line(const struct git *git,
                                       const struct git_call *call, const char **line);
/* Id of a commit, NULL: there is none of that name. */
KAD_MUST_USE enum kad_outcome git_find_commit(const struct git *git, const char *name,
                                              const char **id);

/* ---- Records --------------------------------------------------------------------- */

/* "refs/kad/EXECUTION/NAME", and the one of this attempt: "NAME" is
 * STEP-VISIT-ATTEMPT. */
const char *git_ref(struct kad_step *step, const char *name);
const char *git_ref_of_attempt(struct kad_step *step);

/* Sets a ref that belongs to the execution: one of these, or its branch. */
KAD_MUST_USE enum kad_outcome git_set_ref(const struct git *git, const char *ref,
                                          const char *commit);

/* Id of the tree that the working tree is now. */
KAD_MUST_USE enum kad_outcome git_tree_now(const struct git *git, const char **tree);

/* Records the working tree, unless the ref is there already. */
KAD_MUST_USE enum kad_outcome git_record(const struct git *git, const char *ref);

/* Keeps what the person has staged, if anything, as refs/kad/EXECUTION/staged/TREE: it may
 * differ from both HEAD and the files. An index with conflicts can't be kept. */
KAD_MUST_USE enum kad_outcome git_keep_staged(const struct git *git);
/* The merge, rebase or the like that the person is in the midst of, or NULL. */
KAD_MUST_USE enum kad_outcome git_find_unfinished(const struct git *git,
                                                  const char **what);

/* git->index becomes a copy of the person's; none yet: it is absent, which is empty. */
KAD_MUST_USE enum kad_outcome git_copy_index(const struct git *git);
/* Our own index loses the marks by which the person's hides changes of files. */
KAD_MUST_USE enum kad_outcome git_see_hidden(const struct git *git);
/* The id of a commit of kad's with this tree, whose parent is HEAD. */
KAD_MUST_USE enum kad_outcome git_commit_record(const struct git *git, const char *tree,
                                                const char **commit);
/* Where git keeps a ref or a file of its own, absolute. */
KAD_MUST_USE enum kad_outcome git_path(const struct git *git, const char *name,
                                       const char **path);

/* Our own index file goes away, and what a killed git left beside it. */
void git_clear_index(const struct git *git);

/* Makes the working tree what the ref recorded: changed and deleted files are written,
 * added ones deleted, with the folders that this empties, but for those that were ignored
 * then. *restored: their paths. The tree that this undoes is kept as
 * refs/kad/EXECUTION/undone/TREE. */
KAD_MUST_USE enum kad_outcome git_restore(const struct git *git, const char *ref,
                                          struct kad_strings *restored);

/* Where an attempt begins that may have been cut short: records the tree the first
 * time, restores it later. What a person did for a parked question stays. */
KAD_MUST_USE enum kad_outcome git_begin(const struct git *git, const char *ref);

/* ---- Differences ----------------------------------------------------------------- */

/* Ids and paths are as git prints them: bytes, relative to the root. */
struct git_entry {
    char status; /* A M D T R */
    const char *path;
    const char *old_path; /* of a rename; or NULL */
    const char *old_mode, *new_mode, *old_id, *new_id;
    int64_t lines_added, lines_removed; /* 0 for binary files */
};

struct git_entries {
    const struct git_entry *items;
    size_t count;
};

/* What leads from one tree (or commit) to another, by path. */
KAD_MUST_USE enum kad_outcome git_diff(const struct git *git, const char *from,
                                       const char *to, bool finds_renames,
                                       struct git_entries *entries);
/* Takes files out that only look new since `tree`, for its own .gitignore files name them:
 * they may be a person's, from before. Each is logged. */
KAD_MUST_USE enum kad_outcome git_leave_ignored(const struct git *git, const char *tree,
                                                struct git_entries *entries);
/* Their paths; submodules, which are left as they are, are only logged. */
struct kad_strings git_paths(struct kad_step *step, const struct git_entries *entries);
/* From a ref to the working tree, renames found, without what was ignored before. */
KAD_MUST_USE enum kad_outcome git_changes(const struct git *git, const char *ref,
                                          struct git_entries *entries);

/* Reads `git diff-tree -r -z --raw --numstat`; false: it is something else. */
KAD_MUST_USE bool git_diff_parse(struct kad_step *step, const char *text, size_t len,
                                 struct git_entries *entries);

#endif
