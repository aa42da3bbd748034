/* agent_replay.c: answers from a recording, for tests and demonstrations.
 *
 * A recording is a YAML list. The first entry that fits a step run answers it:
 *
 *     - step: implement
 *       visit: 1                 without it: any visit; `attempt` likewise
 *       edits:                   applied to the workspace in this order
 *         - {path: src/a.c, content: "..."}
 *         - {takes: 3s}          as if it were thinking
 *         - {path: old.c, delete: true}
 *         - {patch: "..."}       for `git apply`
 *       answer: {summary: ...}
 *
 * What it does is always labelled as a recording, in the log and in the progress. Paths
 * stay inside the workspace, whatever links are there; .git and .kad are out of
 * bounds. */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/duration.h"
#include "base/file.h"
#include "codec.h"
#include "config.h"
#include "engine/step_internal.h"

/* ---- Reading --------------------------------------------------------------------- */

static bool is_known(const char *key, const char *const *names)
{
    for (; *names; names++)
        if (!strcmp(key, *names))
            return true;
    return false;
}

/* NULL, or the first key that is none of `names`. */
static const char *unknown_key(json_t *object, const char *const *names)
{
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value) if (!is_known(key, names)) return key;
    return NULL;
}

/* NULL or what is wrong with an edit. */
static const char *check_edit(struct arena *arena, json_t *edit)
{
    static const char *const names[] = {"path",  "content", "delete",
                                        "patch", "takes",   NULL};
    const bool has_path = json_is_string(json_object_get(edit, "path"));
    const bool has_content = json_is_string(json_object_get(edit, "content"));
    const bool is_delete = json_is_true(json_object_get(edit, "delete"));
    const char *unknown = unknown_key(edit, names);
    const char *takes = json_string_value(json_object_get(edit, "takes"));
    int64_t duration_ms;

    if (unknown)
        return arena_printf(arena, "an edit has the unknown key `%s`", unknown);
    if (takes && !duration_parse(str_of(takes), &duration_ms))
        return arena_printf(arena, "`%s` is not a duration", takes);
    if (has_path ? has_content != is_delete
                 : takes || json_is_string(json_object_get(edit, "patch")))
        return NULL;
    return "an edit is {path, content}, {path, delete: true}, {patch} or {takes}";
}

static const char *check_entry(struct arena *arena, json_t *entry)
{
    static const char *const names[] = {"step",  "visit",  "attempt",
                                        "edits", "answer", NULL};
    const char *unknown = unknown_key(entry, names);
    const char *wrong = NULL;
    json_t *edit;
    size_t i;

    if (unknown)
        return arena_printf(arena, "unknown key `%s`", unknown);
    if (!json_is_string(json_object_get(entry, "step")))
        return "`step` is missing";
    if (!json_is_object(json_object_get(entry, "answer")))
        return "`answer` is missing";
    json_array_foreach(json_object_get(entry, "edits"), i, edit)
    {
        wrong = check_edit(arena, edit);
        if (wrong)
            break;
    }
    return wrong;
}

json_t *agent_replay_load(struct arena *arena, const char *path, const char **error)
{
    json_t *recording = yaml_load(arena, path, error);
    const char *wrong = NULL;
    json_t *entry;
    size_t i;

    if (!recording)
        return NULL;
    if (!json_is_array(recording))
        wrong = arena_printf(arena, "%s: a recording is a list", path);
    json_array_foreach(recording, i, entry)
    {
        const char *why = check_entry(arena, entry);

        if (why && !wrong)
            wrong = arena_printf(arena, "%s: entry %zu: %s", path, i + 1, why);
    }
    if (!wrong)
        return recording;
    json_decref(recording);
    *error = wrong;
    return NULL;
}

static bool is_for(const json_t *entry, const char *key, uint32_t number)
{
    const json_t *wanted = json_object_get(entry, key);

    return !wanted || json_integer_value(wanted) == (json_int_t)number;
}

const json_t *agent_replay_find(const json_t *recording, const char *step_id,
                                uint32_t visit, uint32_t attempt)
{
    const json_t *entry;
    size_t i;

    json_array_foreach(
        recording, i,
        entry) if (!strcmp(json_string_value(json_object_get(entry, "step")),
                           step_id) &&
                   is_for(entry, "visit", visit) &&
                   is_for(entry, "attempt", attempt)) return entry;
    return NULL;
}

/* ---- Editing files --------------------------------------------------------------- */

static bool is_allowed_name(struct str name)
{
    return name.len && !str_is(name, ".") && !str_is(name, "..") &&
           !str_is(name, ".git") && !str_is(name, ".kad");
}

/* Opens the folder of `path` below the workspace, component by component and through no
 * link, so that nothing outside is reached. Returns its descriptor with *name, the last
 * component, or -1 with errno. */
static int open_folder(struct kad_step *step, const char *path, bool creates,
                       const char **name)
{
    int folder =
        open(kad_step_workspace(step), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_PATH);

    while (folder >= 0) {
        const size_t len = strcspn(path, "/");
        const char *part = arena_copy(rt_step_arena(step), path, len);
        int next;

        if (!is_allowed_name((struct str){path, len})) {
            close(folder);
            errno = EPERM;
            return -1;
        }
        if (!path[len])
            break;
        if (creates && mkdirat(folder, part, 0777) < 0 && errno != EEXIST)
            next = -1;
        else
            next =
                openat(folder, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        close(folder);
        folder = next;
        path += len + 1;
    }
    *name = path;
    return folder;
}

/* In place, so that an executable stays one. */
static bool write_file(struct kad_step *step, const char *path, struct str content)
{
    const char *name;
    const int folder = open_folder(step, path, true, &name);
    bool is_written = false;
    int fd;

    if (folder < 0)
        return false;
    fd = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
                0666);
    if (fd >= 0) {
        is_written = file_write_all(fd, content);
        close(fd);
    }
    close(folder);
    return is_written;
}

static bool delete_file(struct kad_step *step, const char *path)
{
    const char *name;
    const int folder = open_folder(step, path, false, &name);
    const bool is_deleted = folder >= 0 && unlinkat(folder, name, 0) == 0;

    if (folder >= 0)
        close(folder);
    return is_deleted;
}

static enum kad_outcome apply_patch(struct kad_step *step, const char *patch)
{
    const char *const argv[] = {"git", "apply", "--whitespace=nowarn", "-", NULL};
    const struct kad_program program = {
        .argv = argv,
        .stdin_text = patch,
        .stdin_len = strlen(patch),
    };
    struct kad_output output;
    const enum kad_outcome outcome = kad_exec(step, &program, &output);

    if (outcome == KAD_SUCCESS && output.exit_code != 0)
        return kad_fail(step, "agent_failed", "a recorded patch does not apply: %.*s",
                        STR(str_trim((struct str){output.err, output.err_len})));
    return outcome;
}

static enum kad_outcome apply_edit(struct kad_step *step, const json_t *edit)
{
    const char *path = json_string_value(json_object_get(edit, "path"));
    const json_t *content = json_object_get(edit, "content");
    const char *patch = json_string_value(json_object_get(edit, "patch"));
    const char *takes = json_string_value(json_object_get(edit, "takes"));
    int64_t duration_ms;
    bool is_done;

    if (takes && duration_parse(str_of(takes), &duration_ms))
        return rt_step_wait(step, duration_ms);
    if (patch)
        return apply_patch(step, patch);
    if (content)
        is_done = write_file(
            step, path,
            (struct str){json_string_value(content), json_string_length(content)});
    else
        is_done = delete_file(step, path);
    if (!is_done)
        return kad_fail(step, "agent_failed", "a recorded edit of `%s` failed: %s",
                        path, strerror(errno));
    kad_log(step, "%s %s", content ? "wrote" : "deleted", path);
    return KAD_SUCCESS;
}

/* ---- Answering ------------------------------------------------------------------- */

static enum kad_outcome play(const struct agent_question *question, const json_t *entry)
{
    struct kad_step *step = question->step;
    const char *wrong;
    const json_t *edit;
    size_t i;

    json_array_foreach(json_object_get(entry, "edits"), i, edit)
    {
        const enum kad_outcome outcome = apply_edit(step, edit);

        if (outcome != KAD_SUCCESS)
            return outcome;
    }
    wrong = codec_decode_json(rt_step_arena(step), question->type, CODEC_AFTER_SUCCESS,
                              json_object_get(entry, "answer"), question->answer);
    if (wrong)
        return kad_fail(step, "bad_answer", "the recorded answer does not fit: %s",
                        wrong);
    return KAD_SUCCESS;
}

enum kad_outcome agent_replay_ask(const struct agent_question *question,
                                  const char *path)
{
    struct kad_step *step = question->step;
    const char *error = NULL;
    json_t *recording = agent_replay_load(rt_step_arena(step), path, &error);
    const json_t *entry = agent_replay_find(
        recording, kad_step_id(step), kad_step_visit(step), kad_step_attempt(step));
    enum kad_outcome outcome;

    if (!recording)
        return kad_fail(step, "agent_failed", "%s", error);
    outcome = rt_step_call_agent(step);
    if (outcome == KAD_SUCCESS && entry) {
        kad_progress(step, "recorded answer (replay), not a live agent");
        outcome = play(question, entry);
    } else if (outcome == KAD_SUCCESS) {
        outcome = kad_fail(step, "agent_failed", "%s has no answer for %s, visit %u",
                           path, kad_step_id(step), kad_step_visit(step));
    }
    json_decref(recording);
    return outcome;
}
