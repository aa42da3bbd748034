/* commit.h: the execution's changes as a commit on a branch of its own. */
#ifndef KAD_REVIEW_COMMIT_H
#define KAD_REVIEW_COMMIT_H

#include "common/git.h"

struct commit {
    const char *branch; /* short name */
    const char *title;
    const char *id; /* out */
};

/* Commits, and switches to the branch. *entries: the files, without renames.
 * KAD_FAILURE: said, `nothing_to_commit` or `git_failed`. */
KAD_MUST_USE enum kad_outcome commit_make(const struct git *git, struct commit *commit,
                                          struct git_entries *entries);

#endif
