/* prune_files.c: what is left of deleted executions outside the store: folders, worktrees, git
 * refs; and pinned programs and modules.
 *
 * A note in the store says whose files are to go; it goes when they have gone, and their
 * folders are synced. A worktree with work that is not committed stays, and its note, so that
 * a later prune looks again. */
#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/str.h"
#include "base/vec.h"
#include "program/pins.h"
#include "program/prune.h"
#include "program/worktree.h"

enum { NOTES_AT_ONCE = 500 };

static const char *const folders[] = {"logs", "files", "held", "asks"};
enum { FOLDER_COUNT = sizeof(folders) / sizeof(folders[0]) };

/* Some notes; those that stay have no id any more. */
struct notes {
    struct prune *prune;
    struct arena *arena;
    struct pruned_row *rows;
    size_t count;
    bool is_worktree_known;
    struct worktree worktree;
    struct str worktrees;        /* that git has */
    const char *why_no_worktree; /* or NULL */
    const char *repository;      /* that was looked at last */
    bool has_refs;               /* it had any then */
};

/* Ids are made by kad; whatever else somebody's database may hold is no name here. */
static bool is_id(const char *id)
{
    return *id && !id[strspn(id, "0123456789abcdefghijklmnopqrstuvwxyz-")];
}

static const char *state_path(const struct notes *notes, const char *folder,
                              const char *name)
{
    return arena_printf(notes->arena, "%s/%s/%s", notes->prune->project->state, folder,
                        name);
}

static void keep(struct notes *notes, struct pruned_row *row, const char *path,
                 const char *why)
{
    notes->prune->on_kept(notes->prune->context, path, why);
    row->id = NULL;
}

/* ---- Folders ---------------------------------------------------------------------- */

static void remove_folders(struct notes *notes, struct pruned_row *row)
{
    for (size_t i = 0; i < FOLDER_COUNT && row->id; i++) {
        const char *path = state_path(notes, folders[i], row->id);

        if (!file_remove(path))
            keep(notes, row, path, strerror(errno));
    }
}

static void sync_folders(const struct notes *notes)
{
    for (size_t i = 0; i < FOLDER_COUNT; i++)
        folder_sync(arena_printf(notes->arena, "%s/%s", notes->prune->project->state,
                                 folders[i]));
}

/* ---- What no execution has ---------------------------------------------------------- */

/* Ids that a folder has an entry of, from before then; in the arena of the notes. */
static size_t list_ids(const struct notes *notes, const char *folder, const char ***ids)
{
    const char *path =
        arena_printf(notes->arena, "%s/%s", notes->prune->project->state, folder);
    VEC(const char *) found = {0};
    struct dirent *entry;
    DIR *open = opendir(path);

    while (open && (entry = readdir(open))) {
        struct stat about;

        if (is_id(entry->d_name) &&
            fstatat(dirfd(open), entry->d_name, &about, 0) == 0 &&
            (int64_t)about.st_mtim.tv_sec * 1000 < notes->prune->before_ms)
            vec_push(notes->arena, &found,
                     str_copy(notes->arena, str_of(entry->d_name)));
    }
    if (open)
        closedir(open);
    *ids = found.items;
    return found.count;
}

/* Who is killed before the row is stored has left files all the same: a secret in clear. */
static enum store_error note_lost(struct prune *prune)
{
    enum store_error error = STORE_OK;

    for (size_t i = 0; i < FOLDER_COUNT && error == STORE_OK; i++) {
        struct arena scratch = {0};
        const struct notes notes = {.prune = prune, .arena = &scratch};
        const char **ids;
        const size_t count = list_ids(&notes, folders[i], &ids);

        for (size_t at = 0; at < count && error == STORE_OK; at += NOTES_AT_ONCE)
            error = store_note_lost(prune->journal, ids + at,
                                    count - at < NOTES_AT_ONCE ? count - at
                                                               : NOTES_AT_ONCE);
        arena_release(&scratch);
    }
    return error;
}

/* ---- Worktrees -------------------------------------------------------------------- */

static void open_worktrees(struct notes *notes)
{
    struct prune *prune = notes->prune;

    if (notes->is_worktree_known)
        return;
    notes->is_worktree_known = true;
    notes->why_no_worktree =
        worktree_init(&notes->worktree, prune->host, prune->arena, prune->project);
    if (!notes->why_no_worktree)
        notes->worktrees = worktree_list(&notes->worktree);
}

/* Git is asked only about those that had one of their own. */
static bool has_worktree(struct notes *notes, const struct pruned_row *row,
                         const char *path)
{
    if (worktree_is_left(notes->prune->project, notes->arena, row->id))
        return true;
    if (!row->workspace || !str_starts_with(str_of(row->workspace), str_of(path)))
        return false;
    open_worktrees(notes);
    return !notes->why_no_worktree &&
           worktree_is_lost(&notes->worktree, notes->worktrees, row->id);
}

static void remove_worktree(struct notes *notes, struct pruned_row *row)
{
    const char *path = row->id ? state_path(notes, "worktrees", row->id) : NULL;
    struct worktree_rest rest;

    if (!path || !has_worktree(notes, row, path))
        return;
    open_worktrees(notes);
    if (notes->why_no_worktree) {
        keep(notes, row, path, notes->why_no_worktree);
        return;
    }
    rest = worktree_end(&notes->worktree, row->id, true);
    if (rest.path)
        keep(notes, row, path, "it has work that is not committed");
    else if (rest.problem)
        keep(notes, row, path, rest.problem);
}

/* ---- Git refs: refs/kad/EXECUTION/NAME ---------------------------------------------- */

/* EXEC_ENDED: see output->exit_code. */
static enum exec_end git(struct notes *notes, const char *cwd, const char *const *argv,
                         struct str input, struct exec_result *result)
{
    static const char *const env[] = {"LC_ALL=C", NULL};
    const struct exec_request request = {
        .program = {.argv = argv,
                    .cwd = cwd,
                    .env = env,
                    .stdin_text = input.p,
                    .stdin_len = input.len},
        .timeout_ms = -1,
    };

    *result = (struct exec_result){.output = {.exit_code = -1, .out = "", .err = ""}};
    return notes->prune->host->execute(notes->prune->host, notes->arena, &request,
                                       result);
}

static const char *repository_of(const struct notes *notes,
                                 const struct pruned_row *row)
{
    return row->workspace && folder_is_there(row->workspace)
               ? row->workspace
               : notes->prune->project->root;
}

/* Most repositories have no refs of executions: then git is asked once for all notes. What is
 * no repository has none; where git can't be run, that is said later. */
static bool has_refs(struct notes *notes, const char *repository)
{
    static const char *const argv[] = {"git", "for-each-ref", "--count=1", "refs/kad/",
                                       NULL};
    struct exec_result result;
    enum exec_end end;

    if (notes->repository && !strcmp(notes->repository, repository))
        return notes->has_refs;
    end = git(notes, repository, argv, (struct str){0}, &result);
    notes->repository = str_copy(notes->prune->arena, str_of(repository));
    notes->has_refs =
        end != EXEC_ENDED || (result.output.exit_code == 0 && result.output.out_len);
    return notes->has_refs;
}

/* Commands that delete the refs of the notes of one repository. */
static struct str commands_of(struct notes *notes, const char *repository,
                              enum exec_end *end)
{
    VEC(const char *) argv = {0};
    struct exec_result result;

    vec_push(notes->arena, &argv, "git");
    vec_push(notes->arena, &argv, "for-each-ref");
    vec_push(notes->arena, &argv, "--format=delete %(refname)");
    for (size_t i = 0; i < notes->count; i++)
        if (notes->rows[i].id && is_id(notes->rows[i].id) &&
            !strcmp(repository_of(notes, &notes->rows[i]), repository))
            vec_push(notes->arena, &argv,
                     arena_printf(notes->arena, "refs/kad/%s/", notes->rows[i].id));
    vec_push(notes->arena, &argv, NULL);
    *end = git(notes, repository, argv.items, (struct str){0}, &result);
    if (*end != EXEC_ENDED || result.output.exit_code != 0)
        return (struct str){0}; /* it is no repository: there are none */
    return (struct str){result.output.out, result.output.out_len};
}

static void remove_refs_of(struct notes *notes, const char *repository)
{
    static const char *const update[] = {"git", "update-ref", "--stdin", NULL};
    struct exec_result result = {0};
    enum exec_end end;
    const struct str commands = commands_of(notes, repository, &end);

    if (end == EXEC_ENDED && !commands.len)
        return;
    if (end == EXEC_ENDED)
        end = git(notes, repository, update, commands, &result);
    if (end == EXEC_ENDED && result.output.exit_code == 0)
        return;
    for (size_t i = 0; i < notes->count; i++) {
        struct pruned_row *row = &notes->rows[i];

        if (row->id && !strcmp(repository_of(notes, row), repository))
            keep(notes, row, arena_printf(notes->arena, "refs/kad/%s", row->id),
                 result.output.err_len ? arena_copy(notes->arena, result.output.err,
                                                    strcspn(result.output.err, "\n"))
                                       : "git can't be run");
    }
}

static void remove_refs(struct notes *notes)
{
    const char *last = NULL;

    for (size_t i = 0; i < notes->count; i++) {
        const char *repository;

        if (!notes->rows[i].id)
            continue;
        repository = repository_of(notes, &notes->rows[i]);
        if ((last && !strcmp(last, repository)) || !has_refs(notes, repository))
            continue;
        remove_refs_of(notes, repository);
        last = repository;
    }
}

/* ---- Notes ------------------------------------------------------------------------- */

static enum store_error clear(struct notes *notes)
{
    size_t done = 0;

    for (size_t i = 0; i < notes->count; i++) {
        if (!is_id(notes->rows[i].id))
            continue;
        remove_folders(notes, &notes->rows[i]);
        remove_worktree(notes, &notes->rows[i]);
    }
    remove_refs(notes);
    sync_folders(notes);
    for (size_t i = 0; i < notes->count; i++)
        if (notes->rows[i].id)
            notes->rows[done++] = notes->rows[i];
    return store_forget_pruned(notes->prune->journal, notes->rows, done);
}

enum store_error prune_files(struct prune *prune)
{
    struct notes notes = {.prune = prune};
    const char *last = "";
    enum store_error error = note_lost(prune);

    if (error != STORE_OK)
        return error;
    do {
        struct arena scratch = {0};

        notes.arena = &scratch;
        error = store_pruned(prune->journal, &scratch, last, NOTES_AT_ONCE, &notes.rows,
                             &notes.count);
        if (error == STORE_OK && notes.count) {
            last = str_copy(prune->arena, str_of(notes.rows[notes.count - 1].id));
            error = clear(&notes);
        }
        arena_release(&scratch);
    } while (error == STORE_OK && notes.count == NOTES_AT_ONCE);
    return error;
}

/* ---- Programs and modules ----------------------------------------------------------- */

static enum store_error prune_builds(struct prune *prune)
{
    const char **ids;
    size_t count;
    const enum store_error error =
        store_builds(prune->journal, prune->arena, &ids, &count);

    if (error == STORE_OK)
        pins_sweep(prune->arena,
                   arena_printf(prune->arena, "%s/builds", prune->project->state), ids,
                   count, prune->host->now_ms(prune->host), &prune->builds);
    return error;
}

/* The copies that the state of an execution names: {"modules/notes": "modules/notes-HASH"}. */
static enum store_error prune_modules(struct prune *prune)
{
    VEC(const char *) names = {0};
    const char **texts;
    size_t count;
    const enum store_error error =
        store_modules(prune->journal, prune->arena, &texts, &count);

    for (size_t i = 0; error == STORE_OK && i < count; i++) {
        json_t *modules = json_loads(texts[i], 0, NULL), *copy;
        const char *folder;

        json_object_foreach(modules, folder, copy)
        {
            const char *path = json_string_value(copy);
            const char *slash = path ? strrchr(path, '/') : NULL;

            if (slash)
                vec_push(prune->arena, &names,
                         str_copy(prune->arena, str_of(slash + 1)));
        }
        json_decref(modules);
    }
    if (error == STORE_OK)
        pins_sweep(prune->arena,
                   arena_printf(prune->arena, "%s/modules", prune->project->state),
                   names.items, names.count, prune->host->now_ms(prune->host),
                   &prune->modules);
    return error;
}

enum store_error prune_pins(struct prune *prune)
{
    const enum store_error error = prune_builds(prune);

    return error == STORE_OK ? prune_modules(prune) : error;
}
