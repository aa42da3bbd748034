/* worktree.c: see worktree.h.
 *
 * What git knows about a worktree is asked, never remembered. One that git is still making,
 * because it was killed, is locked with the reason `initializing`. One that is being removed
 * has a mark beside it, EXECUTION.going, from when it was seen that nothing would be lost until
 * its branch, too, has been seen to: what is killed meanwhile leaves a part, which can go. */
#include "program/worktree.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"

/* ---- git ---------------------------------------------------------------------------- */

/* Whether git ended well; `args` as for execv, without "git". */
static bool git_in(const struct worktree *worktree, const char *cwd,
                   const char *const *args, struct kad_output *output)
{
    static const char *const env[] = {"LC_ALL=C", "GIT_TERMINAL_PROMPT=0", NULL};
    const char *argv[16] = {"git"};
    struct exec_request request = {
        .program = {.argv = argv, .cwd = cwd, .env = env},
        .timeout_ms = -1,
    };
    struct exec_result result = {.output = {.exit_code = -1, .out = "", .err = ""}};
    enum exec_end end;

    for (size_t i = 0; args[i] && i + 2 < sizeof(argv) / sizeof(argv[0]); i++)
        argv[i + 1] = args[i];
    end = worktree->host->execute(worktree->host, worktree->arena, &request, &result);
    *output = result.output;
    if (end == EXEC_NOT_STARTED) {
        output->exit_code = -1;
        output->err = strerror(result.error);
        output->err_len = strlen(output->err);
    }
    return end == EXEC_ENDED && output->exit_code == 0;
}

#define ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})

static bool git(const struct worktree *worktree, const char *const *args,
                struct kad_output *output)
{
    return git_in(worktree, worktree->project->root, args, output);
}

/* Its first line on standard output. */
static const char *line_of(const struct worktree *worktree,
                           const struct kad_output *output)
{
    return arena_copy(worktree->arena, output->out, strcspn(output->out, "\r\n"));
}

static const char *failure(const struct worktree *worktree, const char *what,
                           const struct kad_output *output)
{
    const struct str said = str_trim((struct str){output->err, output->err_len});

    return arena_printf(worktree->arena, "%s: git says: %.*s", what, STR(said));
}

/* ---- Names -------------------------------------------------------------------------- */

static const char *path_of(const struct worktree *worktree, const char *execution)
{
    return arena_printf(worktree->arena, "%s/worktrees/%s", worktree->project->state,
                        execution);
}

static const char *branch_of(const struct worktree *worktree, const char *execution)
{
    return arena_printf(worktree->arena, "kad/%s", execution);
}

const char *worktree_workspace(const struct worktree *worktree, const char *execution)
{
    return arena_printf(worktree->arena, "%s%s", path_of(worktree, execution),
                        worktree->folder);
}

static const char *mark_of(const struct worktree *worktree, const char *path)
{
    return arena_printf(worktree->arena, "%s.going", path);
}

/* ---- Checking ----------------------------------------------------------------------- */

void worktree_leave_hook(void)
{
    static const char *const of_hook[] = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE",
                                          "GIT_PREFIX"};

    for (size_t i = 0; i < sizeof(of_hook) / sizeof(of_hook[0]); i++)
        unsetenv(of_hook[i]);
}

const char *worktree_init(struct worktree *worktree, struct host *host,
                          struct arena *arena, const struct project *project)
{
    struct kad_output output;
    const char *prefix;

    *worktree = (struct worktree){.host = host, .arena = arena, .project = project};
    worktree_leave_hook();
    if (!git(worktree, ARGS("rev-parse", "--show-prefix"), &output))
        return failure(
            worktree,
            arena_printf(arena,
                         "`workspace: worktree` needs a git repository, and %s "
                         "is in none",
                         project->root),
            &output);
    prefix = line_of(worktree, &output);
    worktree->folder =
        *prefix ? arena_printf(arena, "/%.*s", (int)strlen(prefix) - 1, prefix) : "";
    if (git(worktree, ARGS("rev-parse", "--verify", "--quiet", "HEAD^{commit}"),
            &output))
        return NULL;
    return "`workspace: worktree` needs a commit to begin at, and the repository has "
           "none: commit something first";
}

/* ---- Making ------------------------------------------------------------------------- */

enum standing {
    IS_ABSENT,
    IS_WHOLE,
    IS_HALF, /* git was killed while it made it */
    IS_LOST  /* its folder is gone */
};

/* The lines of one worktree in `git worktree list --porcelain`; *list goes on behind. */
static struct str next_entry(struct str *list)
{
    const size_t end = str_find(*list, S("\n\n"));
    const struct str entry = str_part(*list, 0, end);

    *list = str_part(*list, end + 2, list->len);
    return entry;
}

static enum standing standing_in(struct arena *arena, struct str list, const char *path,
                                 bool *is_locked)
{
    const char *line = arena_printf(arena, "worktree %s\n", path);

    *is_locked = false;
    while (list.len) {
        const struct str entry = next_entry(&list);

        if (!str_starts_with(entry, str_of(line)))
            continue;
        *is_locked = str_find(entry, S("\nlocked")) < entry.len;
        if (str_find(entry, S("\nlocked initializing")) < entry.len)
            return IS_HALF;
        return folder_is_there(path) ? IS_WHOLE : IS_LOST;
    }
    return IS_ABSENT;
}

/* What is done next says why git can't tell. */
struct str worktree_list(const struct worktree *worktree)
{
    struct kad_output output;

    if (!git(worktree, ARGS("worktree", "list", "--porcelain"), &output))
        return (struct str){"", 0};
    return (struct str){output.out, output.out_len};
}

static enum standing standing_of(const struct worktree *worktree, const char *path,
                                 bool *is_locked)
{
    return standing_in(worktree->arena, worktree_list(worktree), path, is_locked);
}

static bool has_branch(const struct worktree *worktree, const char *branch)
{
    const char *ref = arena_printf(worktree->arena, "refs/heads/%s", branch);
    struct kad_output output;

    return git(worktree, ARGS("rev-parse", "--verify", "--quiet", ref), &output);
}

/* Twice --force: also where it was locked, or is assigned to a folder that is gone. */
static bool try_add(const struct worktree *worktree, const char *path,
                    const char *branch, struct kad_output *output)
{
    if (has_branch(worktree, branch))
        return git(worktree, ARGS("worktree", "add", "-f", "-f", path, branch), output);
    return git(worktree,
               ARGS("worktree", "add", "-f", "-f", "-b", branch, path, "HEAD"), output);
}

/* The branch is this execution's alone, and so is what locks it: a git that was killed has left
 * that. false: nothing does. */
static bool unlock_branch(const struct worktree *worktree, const char *branch)
{
    const char *name = arena_printf(worktree->arena, "refs/heads/%s.lock", branch);
    struct kad_output output;
    const char *path;

    if (!git(worktree, ARGS("rev-parse", "--git-path", name), &output))
        return false;
    path = line_of(worktree, &output);
    if (path[0] != '/')
        path = arena_printf(worktree->arena, "%s/%s", worktree->project->root, path);
    return unlink(path) == 0;
}

static const char *add(const struct worktree *worktree, const char *path,
                       const char *branch, bool is_fresh)
{
    struct kad_output output;
    bool is_made;

    if (!is_fresh && !has_branch(worktree, branch))
        return arena_printf(
            worktree->arena,
            "its workspace %s is gone, and so is its branch %s: start a new "
            "execution",
            path, branch);
    is_made =
        try_add(worktree, path, branch, &output) ||
        (unlock_branch(worktree, branch) && try_add(worktree, path, branch, &output));
    return is_made ? NULL
                   : failure(worktree,
                             arena_printf(worktree->arena,
                                          "the worktree %s can't be made", path),
                             &output);
}

static void lock(const struct worktree *worktree, const char *path)
{
    struct kad_output output;

    /* Without it only `git worktree prune` could do harm, and that needs a lost folder. */
    git(worktree,
        ARGS("worktree", "lock", "--reason", "kad: an execution works in it", path),
        &output);
}

/* With what is in it. Git refuses one that it has made, or removed, by half: then it is
 * enough for git that the folder is gone. */
static bool take_apart(const struct worktree *worktree, const char *path)
{
    const char *const *args = ARGS("worktree", "remove", "-f", "-f", path);
    struct kad_output output;
    bool is_locked;

    if (git(worktree, args, &output))
        return true;
    return file_remove(path) && (git(worktree, args, &output) ||
                                 standing_of(worktree, path, &is_locked) == IS_ABSENT);
}

const char *worktree_make(const struct worktree *worktree, const char *execution,
                          bool is_fresh)
{
    const char *path = path_of(worktree, execution);
    const char *error;
    bool is_locked;

    switch (standing_of(worktree, path, &is_locked)) {
    case IS_WHOLE:
        if (!is_locked)
            lock(worktree, path);
        return NULL;
    case IS_HALF: take_apart(worktree, path); break;
    case IS_ABSENT:
    case IS_LOST: break;
    }
    make_folders(worktree->arena, arena_printf(worktree->arena, "%s/worktrees",
                                               worktree->project->state));
    error = add(worktree, path, branch_of(worktree, execution), is_fresh);
    if (!error)
        lock(worktree, path);
    return error;
}

/* ---- The end ------------------------------------------------------------------------ */

/* Commits that only this branch has. */
static bool has_commits(const struct worktree *worktree, const char *branch)
{
    const char *ref = arena_printf(worktree->arena, "refs/heads/%s", branch);
    const char *but = arena_printf(worktree->arena, "--exclude=%s", branch);
    struct kad_output output;

    return !git(worktree,
                ARGS("rev-list", "-1", ref, "--not", but, "--branches", "--remotes",
                     "--tags", "HEAD"),
                &output) ||
           output.out_len > 0;
}

static bool is_there(const char *path)
{
    struct stat about;

    return lstat(path, &about) == 0;
}

/* Whatever the person's settings (status.showUntrackedFiles, diff.ignoreSubmodules) say that
 * they want to see: `git worktree remove` heeds them. Without its `.git` git would look at the
 * checkout around it. */
static bool is_clean(const struct worktree *worktree, const char *path)
{
    struct kad_output output;

    return is_there(arena_printf(worktree->arena, "%s/.git", path)) &&
           git_in(worktree, path,
                  ARGS("status", "--porcelain", "--untracked-files=normal",
                       "--ignore-submodules=none"),
                  &output) &&
           !output.out_len;
}

static bool mark(const char *path)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    return fd >= 0 && close(fd) == 0;
}

/* A whole one goes if it is clean. */
static bool take_clean(const struct worktree *worktree, const char *path)
{
    const char *going = mark_of(worktree, path);
    struct kad_output output;

    git(worktree, ARGS("worktree", "unlock", path), &output);
    if (!is_clean(worktree, path) || !mark(going))
        return false;
    if (git(worktree, ARGS("worktree", "remove", path), &output))
        return true;
    if (is_clean(worktree, path))
        unlink(going); /* git would rather keep it */
    return false;
}

/* One that git was still making has nothing in it but what git has put there. */
static bool take_away(const struct worktree *worktree, const char *path)
{
    bool is_locked;

    if (is_there(mark_of(worktree, path)))
        return take_apart(worktree, path);
    switch (standing_of(worktree, path, &is_locked)) {
    case IS_HALF:
    case IS_LOST: return take_apart(worktree, path);
    case IS_ABSENT: return rmdir(path) == 0; /* git had only begun */
    case IS_WHOLE: break;
    }
    return take_clean(worktree, path);
}

/* Unless it has commits of its own. */
static void take_branch(const struct worktree *worktree, struct worktree_rest *rest)
{
    const char *const *args = ARGS("branch", "-D", rest->branch);
    struct kad_output output;

    if (has_branch(worktree, rest->branch)) {
        if (has_commits(worktree, rest->branch))
            return;
        if (!git(worktree, args, &output) &&
            !(unlock_branch(worktree, rest->branch) && git(worktree, args, &output))) {
            rest->problem =
                failure(worktree,
                        arena_printf(worktree->arena, "the branch %s can't be deleted",
                                     rest->branch),
                        &output);
            return;
        }
    }
    rest->branch = NULL;
}

bool worktree_is_left(const struct project *project, struct arena *arena,
                      const char *execution)
{
    const struct worktree worktree = {.arena = arena, .project = project};
    const char *path = path_of(&worktree, execution);

    return is_there(path) || is_there(mark_of(&worktree, path));
}

bool worktree_is_lost(const struct worktree *worktree, struct str list,
                      const char *execution)
{
    bool is_locked;

    return standing_in(worktree->arena, list, path_of(worktree, execution),
                       &is_locked) == IS_LOST;
}

struct worktree_rest worktree_end(const struct worktree *worktree,
                                  const char *execution, bool is_over)
{
    struct worktree_rest rest = {.path = path_of(worktree, execution),
                                 .branch = branch_of(worktree, execution)};
    struct kad_output output;

    if (!worktree_is_left(worktree->project, worktree->arena, execution) &&
        !worktree_is_lost(worktree, worktree_list(worktree), execution))
        return (struct worktree_rest){0};
    if (!is_over) {
        git(worktree, ARGS("worktree", "unlock", rest.path), &output);
        if (!is_there(rest.path))
            rest.path = NULL;
        if (!rest.path &&
            (!has_branch(worktree, rest.branch) || !has_commits(worktree, rest.branch)))
            rest.branch = NULL;
        return rest;
    }
    if (!take_away(worktree, rest.path))
        return rest;
    take_branch(worktree, &rest);
    if (!rest.problem)
        unlink(mark_of(worktree, rest.path));
    rest.path = NULL;
    return rest;
}
