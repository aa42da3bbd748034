/* worktree.h: the git worktree that an execution works in: `workspace: worktree`.
 *
 *     STATE/worktrees/EXECUTION   on branch kad/EXECUTION, which begins at HEAD
 *
 * A worktree is made before the first step, and again by a resume that does not find it whole.
 * When the execution is over it goes, if nothing in it would be lost; a branch with commits of
 * its own stays. While it may still be needed it is locked (git worktree lock), so that git
 * does not take it away. */
#ifndef KAD_PROGRAM_WORKTREE_H
#define KAD_PROGRAM_WORKTREE_H

#include <stdbool.h>

#include "base/str.h"
#include "engine/host.h"
#include "project.h"

struct worktree {
    struct host *host;
    struct arena *arena;
    const struct project *project;
    const char *folder; /* the project's, in its repository: "", or "/sub/folder" */
};

/* The variables of the hook that has started kad go: they would lead back to the person's
 * checkout. Before the first program starts. */
void worktree_leave_hook(void);

/* What stands against worktrees here: NULL, or an error text. Sets `folder`. */
const char *worktree_init(struct worktree *worktree, struct host *host,
                          struct arena *arena, const struct project *project);

/* Absolute folder in which the steps of an execution work; it need not be there. */
const char *worktree_workspace(const struct worktree *worktree, const char *execution);

/* Makes it, or sees that it is there. `is_fresh`: no step has run yet; else a worktree whose
 * branch is gone, too, is an error. NULL, or an error text. */
const char *worktree_make(const struct worktree *worktree, const char *execution,
                          bool is_fresh);

/* Whether there is something for worktree_end to do. Asks nobody. */
bool worktree_is_left(const struct project *project, struct arena *arena,
                      const char *execution);

/* What git says of all worktrees; empty: nothing. */
struct str worktree_list(const struct worktree *worktree);
/* Whether git has one in that list whose folder somebody has deleted: that, too, is something
 * for worktree_end to do. */
bool worktree_is_lost(const struct worktree *worktree, struct str list,
                      const char *execution);

/* What is left of it. */
struct worktree_rest {
    const char *path;    /* NULL: it has been removed */
    const char *branch;  /* NULL: likewise */
    const char *problem; /* why the branch is still there that nobody needs; or NULL */
};

/* Of an execution that has ended; `is_over`: it can't be resumed. */
struct worktree_rest worktree_end(const struct worktree *worktree,
                                  const char *execution, bool is_over);

#endif
