/* git.c: see git.h.
 *
 * A record of the working tree is made as git itself would: a copy of the person's
 * index (which knows what is unchanged), `git add -A` into the copy, `git write-tree`.
 *   (1) git->index is ours alone: nobody else writes it;
 *   (2) the refs and the branch of an execution are written by its steps only, one at a
 *       time: a lock file beside one of them is left by a process that was killed. */
#include "git.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ARGS_MAX = 32 };

/* ---- Any command ----------------------------------------------------------------- */

static const char *first_line(struct kad_step *step, const char *text)
{
    return kad_printf(step, "%.*s", (int)strcspn(text, "\r\n"), text);
}

static enum kad_outcome fail_call(const struct git *git, const struct git_call *call,
                                  const struct kad_output *output)
{
    const char *text = output->err_len ? output->err : output->out;
    size_t len = strlen(text);

    while (len && (text[len - 1] == '\n' || text[len - 1] == ' '))
        len--;
    return kad_fail(git->step, "git_failed", "git %s: %.*s", call->args[0], (int)len,
                    text);
}

enum kad_outcome git_run(const struct git *git, const struct git_call *call,
                         struct kad_output *output)
{
    /* safecrlf would refuse files whose line ends git would change. */
    const char *argv[ARGS_MAX] = {"git", "-c", "core.safecrlf=false"};
    const char *env[8] = {"GIT_TERMINAL_PROMPT=0", "GIT_LITERAL_PATHSPECS=0"};
    struct kad_program program = {
        .argv = argv,
        .env = env,
        .cwd = git->root,
        .stdin_text = call->input,
        .stdin_len = call->input_len,
        .is_quiet = true,
    };
    size_t argc = 3, envc = 2;
    enum kad_outcome outcome;

    for (const char *const *arg = call->args; *arg && argc < ARGS_MAX - 1; arg++)
        argv[argc++] = *arg;
    if (call->uses_own_index)
        env[envc++] = kad_printf(git->step, "GIT_INDEX_FILE=%s", git->index);
    if (call->as_kad) {
        env[envc++] = "GIT_AUTHOR_NAME=kad";
        env[envc++] = "GIT_AUTHOR_EMAIL=kad@localhost";
        env[envc++] = "GIT_COMMITTER_NAME=kad";
        env[envc++] = "GIT_COMMITTER_EMAIL=kad@localhost";
    }
    outcome = kad_exec(git->step, &program, output);
    if (outcome != KAD_SUCCESS || call->may_fail)
        return outcome;
    if (output->is_cut)
        return kad_fail(git->step, "git_failed", "git %s printed too much",
                        call->args[0]);
    return output->exit_code == 0 ? KAD_SUCCESS : fail_call(git, call, output);
}

enum kad_outcome git_line(const struct git *git, const struct git_call *call,
                          const char **line)
{
    struct kad_output output;
    const enum kad_outcome outcome = git_run(git, call, &output);

    if (outcome == KAD_SUCCESS)
        *line = output.exit_code == 0 ? first_line(git->step, output.out) : "";
    return outcome;
}

enum kad_outcome git_find_commit(const struct git *git, const char *name,
                                 const char **id)
{
    const char *commit = kad_printf(git->step, "%s^{commit}", name);
    const struct git_call call = {
        .args = GIT_ARGS("rev-parse", "--verify", "--quiet", commit),
        .may_fail = true,
    };
    const enum kad_outcome outcome = git_line(git, &call, id);

    if (outcome == KAD_SUCCESS && !**id)
        *id = NULL;
    return outcome;
}

enum kad_outcome git_open(struct kad_step *step, struct git *git)
{
    const struct git_call call = {
        .args = GIT_ARGS("rev-parse", "--show-toplevel"),
        .may_fail = true,
    };
    struct kad_output output;
    enum kad_outcome outcome;

    *git = (struct git){.step = step, .root = kad_step_workspace(step)};
    outcome = git_run(git, &call, &output);
    if (outcome != KAD_SUCCESS)
        return outcome;
    if (output.exit_code != 0)
        return kad_fail(step, "not_a_repository", "%s: %s", git->root,
                        first_line(step, output.err));
    git->root = first_line(step, output.out);
    git->index =
        kad_printf(step, "%s/index-%s-%u-%u", kad_step_folder(step), kad_step_id(step),
                   kad_step_visit(step), kad_step_attempt(step));
    return KAD_SUCCESS;
}

/* ---- Refs ------------------------------------------------------------------------ */

const char *git_ref(struct kad_step *step, const char *name)
{
    return kad_printf(step, "refs/kad/%s/%s", kad_step_execution(step), name);
}

const char *git_ref_of_attempt(struct kad_step *step)
{
    return git_ref(step, kad_printf(step, "%s-%u-%u", kad_step_id(step),
                                    kad_step_visit(step), kad_step_attempt(step)));
}

enum kad_outcome git_path(const struct git *git, const char *name, const char **path)
{
    const struct git_call call = {.args = GIT_ARGS("rev-parse", "--git-path", name)};
    const enum kad_outcome outcome = git_line(git, &call, path);

    if (outcome == KAD_SUCCESS && **path != '/')
        *path = kad_printf(git->step, "%s/%s", git->root, *path);
    return outcome;
}

enum kad_outcome git_set_ref(const struct git *git, const char *ref, const char *commit)
{
    const struct git_call call = {.args = GIT_ARGS("update-ref", ref, commit)};
    struct kad_output output;
    const char *path;
    const enum kad_outcome outcome = git_path(git, ref, &path);

    if (outcome != KAD_SUCCESS)
        return outcome;
    unlink(kad_printf(git->step, "%s.lock", path)); /* (2) */
    return git_run(git, &call, &output);
}

/* ---- Trees ----------------------------------------------------------------------- */

/* Keeps the time of the index: by it git tells which entries may have changed
 * unnoticed. */
static bool copy_index(int from, const char *path)
{
    const int to = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    struct stat st;
    bool is_copied;

    if (to < 0)
        return false;
    is_copied = fstat(from, &st) == 0;
    for (off_t left = is_copied ? st.st_size : 0; left > 0;) {
        const ssize_t sent = sendfile(to, from, NULL, (size_t)left);

        if (sent <= 0) {
            is_copied = false;
            break;
        }
        left -= sent;
    }
    is_copied =
        is_copied && futimens(to, (struct timespec[]){st.st_atim, st.st_mtim}) == 0;
    return close(to) == 0 && is_copied;
}

void git_clear_index(const struct git *git)
{
    unlink(git->index);
    unlink(kad_printf(git->step, "%s.lock", git->index)); /* (1) */
}

enum kad_outcome git_copy_index(const struct git *git)
{
    const char *path;
    const enum kad_outcome outcome = git_path(git, "index", &path);
    bool is_copied;
    int from;

    if (outcome != KAD_SUCCESS)
        return outcome;
    git_clear_index(git);
    from = open(path, O_RDONLY | O_CLOEXEC);
    if (from < 0 && errno == ENOENT)
        return KAD_SUCCESS;
    is_copied = from >= 0 && copy_index(from, git->index);
    if (from >= 0)
        close(from);
    if (!is_copied)
        return kad_fail(git->step, "git_failed", "%s can't be copied to %s: %s", path,
                        git->index, strerror(errno));
    return KAD_SUCCESS;
}

/* A pattern for a path: it says the same with a `\` before each character that has a
 * meaning. The first always gets one, so that the pattern has no literal beginning: `git
 * add` refuses a pathspec whose beginning names an ignored file, even if it excludes. */
static const char *pattern_of(struct kad_step *step, const char *path)
{
    char *pattern = kad_alloc(step, 2 * strlen(path) + 1), *end = pattern;

    for (const char *c = path; *c; c++) {
        if (c == path || strchr("*?[\\", *c))
            *end++ = '\\';
        *end++ = *c;
    }
    return pattern;
}

/* Of the database's path below the root, or NULL: it is somewhere else. */
static const char *database_pattern(const struct git *git)
{
    const size_t root_len = strcmp(git->root, "/") == 0 ? 0 : strlen(git->root);
    char real[PATH_MAX];

    if (!realpath(kad_step_database(git->step), real) ||
        strncmp(real, git->root, root_len) != 0 || real[root_len] != '/')
        return NULL;
    return pattern_of(git->step, real + root_len + 1);
}

static enum kad_outcome add_all(const struct git *git)
{
    const char *database = database_pattern(git);
    const char *args[12] = {"add", "-A", "--", ".", ":(exclude,glob)**/.kad/**"};
    const char *const endings[] = {"", "-wal", "-shm", "-journal", "-queue", ".d/**"};
    const struct git_call call = {.args = args, .uses_own_index = true};
    struct kad_output output;

    for (size_t i = 0; database && i < sizeof(endings) / sizeof(endings[0]); i++)
        args[5 + i] =
            kad_printf(git->step, ":(exclude,glob)%s%s", database, endings[i]);
    return git_run(git, &call, &output);
}

enum kad_outcome git_tree_now(const struct git *git, const char **tree)
{
    const struct git_call write = {.args = GIT_ARGS("write-tree"),
                                   .uses_own_index = true};
    enum kad_outcome outcome = git_copy_index(git);

    if (outcome == KAD_SUCCESS)
        outcome = git_see_hidden(git);
    if (outcome == KAD_SUCCESS)
        outcome = add_all(git);
    if (outcome == KAD_SUCCESS)
        outcome = git_line(git, &write, tree);
    git_clear_index(git);
    return outcome;
}

/* ---- Records --------------------------------------------------------------------- */

/* The parent says where the execution began. */
enum kad_outcome git_commit_record(const struct git *git, const char *tree,
                                   const char **commit)
{
    const char *message =
        kad_printf(git->step, "kad: the working tree at %s", kad_step_key(git->step));
    const char *head = NULL;
    const enum kad_outcome outcome = git_find_commit(git, "HEAD", &head);
    const struct git_call call = {
        .args = head ? GIT_ARGS("commit-tree", tree, "-m", message, "-p", head)
                     : GIT_ARGS("commit-tree", tree, "-m", message),
        .as_kad = true,
    };

    return outcome == KAD_SUCCESS ? git_line(git, &call, commit) : outcome;
}

enum kad_outcome git_record(const struct git *git, const char *ref)
{
    const char *commit, *tree;
    enum kad_outcome outcome = git_find_commit(git, ref, &commit);

    if (outcome != KAD_SUCCESS || commit)
        return outcome;
    outcome = git_tree_now(git, &tree);
    if (outcome == KAD_SUCCESS)
        outcome = git_commit_record(git, tree, &commit);
    return outcome == KAD_SUCCESS ? git_set_ref(git, ref, commit) : outcome;
}

enum kad_outcome git_begin(const struct git *git, const char *ref)
{
    struct kad_strings restored = {0};
    const char *commit;
    enum kad_outcome outcome = git_find_commit(git, ref, &commit);

    if (outcome != KAD_SUCCESS)
        return outcome;
    if (!commit)
        return git_record(git, ref);
    if (kad_ask_is_parked(git->step))
        return KAD_SUCCESS;
    outcome = git_restore(git, ref, &restored);
    if (outcome == KAD_SUCCESS && restored.count)
        kad_progress(git->step, "%zu file%s put back to how the step found %s",
                     restored.count, restored.count == 1 ? "" : "s",
                     restored.count == 1 ? "it" : "them");
    return outcome;
}

/* ---- Restoring ------------------------------------------------------------------- */

static bool is_submodule(const struct git_entry *entry)
{
    return !strcmp(entry->old_mode, "160000") || !strcmp(entry->new_mode, "160000");
}

static char *path_below(const struct git *git, const char *path)
{
    return kad_printf(git->step, "%s/%s", git->root, path);
}

/* Deletes a file, and the folders above it as far as that empties them. */
static bool delete_path(const struct git *git, const char *path)
{
    char *full = path_below(git, path);
    const size_t root_len = strlen(git->root);

    if (unlink(full) < 0 && errno != ENOENT && errno != ENOTDIR)
        return false;
    for (;;) {
        char *slash = strrchr(full, '/');

        if (slash <= full + root_len)
            return true;
        *slash = '\0';
        if (rmdir(full) < 0)
            return true;
    }
}

/* What was added goes first: a new file may stand where a folder was. */
static enum kad_outcome delete_added(const struct git *git,
                                     const struct git_entries *entries)
{
    for (size_t i = 0; i < entries->count; i++) {
        const struct git_entry *entry = &entries->items[i];

        if (entry->status == 'A' && !is_submodule(entry) &&
            !delete_path(git, entry->path))
            return kad_fail(git->step, "git_failed", "%s can't be deleted: %s",
                            entry->path, strerror(errno));
    }
    return KAD_SUCCESS;
}

/* Paths that have to be written again, each with its NUL. */
static size_t list_changed(struct kad_step *step, const struct git_entries *entries,
                           char **list)
{
    size_t len = 0, at = 0;

    for (size_t i = 0; i < entries->count; i++)
        len += strlen(entries->items[i].path) + 1;
    *list = kad_alloc(step, len + 1);
    for (size_t i = 0; i < entries->count; i++) {
        const struct git_entry *entry = &entries->items[i];
        const size_t path_len = strlen(entry->path) + 1;

        if (entry->status == 'A' || is_submodule(entry))
            continue;
        memcpy(*list + at, entry->path, path_len);
        at += path_len;
    }
    return at;
}

/* git knows no modes but 644 and 755: what nobody else could read stays so. */
static void keep_private(const struct git *git, const struct git_entries *entries,
                         const mode_t *modes)
{
    for (size_t i = 0; i < entries->count; i++) {
        const char *path = path_below(git, entries->items[i].path);
        struct stat st;

        if (S_ISREG(modes[i]) && !(modes[i] & 077) && lstat(path, &st) == 0 &&
            S_ISREG(st.st_mode) && chmod(path, st.st_mode & 0700) < 0)
            kad_log(git->step, "%s: %s", path, strerror(errno));
    }
}

/* 0: not there. */
static mode_t *modes_of(const struct git *git, const struct git_entries *entries)
{
    mode_t *modes = kad_alloc(git->step, (entries->count + 1) * sizeof(*modes));
    struct stat st;

    for (size_t i = 0; i < entries->count; i++)
        if (lstat(path_below(git, entries->items[i].path), &st) == 0)
            modes[i] = st.st_mode;
    return modes;
}

static enum kad_outcome write_changed(const struct git *git, const char *ref,
                                      const struct git_entries *entries)
{
    char *list;
    const size_t len = list_changed(git->step, entries, &list);
    const struct git_call read = {.args = GIT_ARGS("read-tree", ref),
                                  .uses_own_index = true};
    const struct git_call write = {
        .args = GIT_ARGS("checkout-index", "-f", "-z", "--stdin"),
        .uses_own_index = true,
        .input = list,
        .input_len = len,
    };
    const mode_t *modes = modes_of(git, entries);
    struct kad_output output;
    enum kad_outcome outcome;

    if (!len)
        return KAD_SUCCESS;
    git_clear_index(git);
    outcome = git_run(git, &read, &output);
    if (outcome == KAD_SUCCESS)
        outcome = git_run(git, &write, &output);
    keep_private(git, entries, modes);
    git_clear_index(git);
    return outcome;
}

struct kad_strings git_paths(struct kad_step *step, const struct git_entries *entries)
{
    const char **paths = kad_alloc(step, (entries->count + 1) * sizeof(*paths));
    size_t count = 0;

    for (size_t i = 0; i < entries->count; i++) {
        const struct git_entry *entry = &entries->items[i];

        if (is_submodule(entry))
            kad_log(step, "the submodule %s is left as it is", entry->path);
        else
            paths[count++] = kad_copy(step, entry->path, strlen(entry->path));
    }
    return (struct kad_strings){paths, count};
}

/* Whoever made the changes, a person perhaps after a crash: they can be had again. */
static enum kad_outcome keep_undone(const struct git *git, const char *tree)
{
    const char *ref = git_ref(git->step, kad_printf(git->step, "undone/%.12s", tree));
    const char *commit;
    enum kad_outcome outcome = git_commit_record(git, tree, &commit);

    if (outcome == KAD_SUCCESS)
        outcome = git_set_ref(git, ref, commit);
    if (outcome == KAD_SUCCESS)
        kad_progress(git->step, "what was there before is kept as %s", ref);
    return outcome;
}

enum kad_outcome git_restore(const struct git *git, const char *ref,
                             struct kad_strings *restored)
{
    struct git_entries entries;
    const char *now;
    enum kad_outcome outcome = git_tree_now(git, &now);

    if (outcome == KAD_SUCCESS)
        outcome = git_diff(git, ref, now, false, &entries);
    if (outcome == KAD_SUCCESS && entries.count)
        outcome = keep_undone(git, now);
    if (outcome == KAD_SUCCESS)
        outcome = git_leave_ignored(git, ref, &entries);
    if (outcome == KAD_SUCCESS)
        outcome = delete_added(git, &entries);
    if (outcome == KAD_SUCCESS)
        outcome = write_changed(git, ref, &entries);
    if (outcome == KAD_SUCCESS)
        *restored = git_paths(git->step, &entries);
    return outcome;
}

/* ---- Differences ----------------------------------------------------------------- */

enum kad_outcome git_diff(const struct git *git, const char *from, const char *to,
                          bool finds_renames, struct git_entries *entries)
{
    const struct git_call call = {
        .args = GIT_ARGS("diff-tree", "-r", "-z", "--raw", "--numstat",
                         finds_renames ? "-M" : "--no-renames", from, to),
    };
    struct kad_output output;
    const enum kad_outcome outcome = git_run(git, &call, &output);

    if (outcome != KAD_SUCCESS)
        return outcome;
    if (!git_diff_parse(git->step, output.out, output.out_len, entries))
        return kad_fail(git->step, "git_failed",
                        "the output of git diff-tree is unknown");
    return KAD_SUCCESS;
}

enum kad_outcome git_changes(const struct git *git, const char *ref,
                             struct git_entries *entries)
{
    const char *now;
    enum kad_outcome outcome = git_tree_now(git, &now);

    if (outcome == KAD_SUCCESS)
        outcome = git_diff(git, ref, now, true, entries);
    return outcome == KAD_SUCCESS ? git_leave_ignored(git, ref, entries) : outcome;
}
