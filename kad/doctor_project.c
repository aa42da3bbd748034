/* doctor_project.c: what `kad doctor` looks at in the project here; see doctor.h. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"
#include "config.h"
#include "doctor.h"
#include "project.h"
#include "secrets.h"
#include "store/store.h"
#include "toolchain.h"

/* ---- The agent ------------------------------------------------------------------------- */

static void check_program(struct doctor *doctor, const char *program)
{
    struct arena *arena = doctor->cli->arena;
    const char *path = program_path(arena, program);

    if (path)
        doctor_ok(doctor, "agent", path);
    else
        doctor_problem(doctor, "agent", arena_printf(arena, "no program `%s`", program),
                       "install it, or name another agent in .kad/config.yaml");
}

static bool is_in_path(void *arena, const char *program)
{
    return program_path(arena, program) != NULL;
}

/* `agent: auto`. */
static void check_any(struct doctor *doctor)
{
    struct arena *arena = doctor->cli->arena;
    const char *const *argv = agent_preset_installed(is_in_path, arena);

    if (argv)
        doctor_ok(doctor, "agent", program_path(arena, argv[0]));
    else
        doctor_note(
            doctor, "agent", "none is found: steps that need one ask you",
            arena_printf(arena, "install one of %s", agent_preset_names(arena)));
}

static void check_named(struct doctor *doctor, const char *name)
{
    struct arena *arena = doctor->cli->arena;
    const char *const *argv = agent_preset_find(name);

    if (strcmp(name, "auto") == 0)
        check_any(doctor);
    else if (argv)
        check_program(doctor, argv[0]);
    else
        doctor_problem(doctor, "agent", arena_printf(arena, "unknown agent `%s`", name),
                       arena_printf(arena,
                                    "known are auto, %s, or any program with "
                                    "agent: {command: [...]}",
                                    agent_preset_names(arena)));
}

static void check_recording(struct doctor *doctor, const struct project *project,
                            const char *file)
{
    struct arena *arena = doctor->cli->arena;
    const char *path =
        file[0] == '/' ? file : arena_printf(arena, "%s/%s", project->root, file);
    const char *error = NULL;
    json_t *recording = agent_replay_load(arena, path, &error);

    if (recording)
        doctor_ok(doctor, "agent", arena_printf(arena, "recorded answers, %s", path));
    else
        doctor_problem(doctor, "agent", error, "mend it, or name an agent instead");
    json_decref(recording);
}

static void check_agent(struct doctor *doctor, const struct project *project,
                        const json_t *settings)
{
    const json_t *agent = json_object_get(settings, "agent");
    const json_t *command = json_object_get(agent, "command");
    const char *replay = json_string_value(json_object_get(agent, "replay"));

    if (json_is_string(agent))
        check_named(doctor, json_string_value(agent));
    else if (json_array_size(command) > 0)
        check_program(doctor, json_string_value(json_array_get(command, 0)));
    else if (replay)
        check_recording(doctor, project, replay);
    else
        doctor_note(doctor, "agent", "none is named: steps that need one ask you",
                    "`agent: claude`, or another, in .kad/config.yaml");
}

/* ---- Files ----------------------------------------------------------------------------- */

static void check_settings(struct doctor *doctor, const struct project *project)
{
    const char *error = NULL;
    json_t *settings = config_load(doctor->cli->arena, project->state, &error);

    if (settings)
        check_agent(doctor, project, settings);
    else
        doctor_problem(doctor, "settings", error, "mend .kad/config.yaml");
    json_decref(settings);
}

static void check_secrets(struct doctor *doctor, const struct project *project)
{
    const char *error = secrets_file_problem(doctor->cli->arena, project);

    if (error)
        doctor_problem(doctor, "secrets", error,
                       "until then no workflow with secrets starts");
}

/* Whether the nearest folder above that is there may be written to; false: errno. */
static bool is_makeable(struct arena *arena, const char *file)
{
    struct str path = str_of(file);

    do {
        do
            path.len--;
        while (path.len > 0 && path.p[path.len] != '/');
    } while (path.len > 0 && access(str_copy(arena, path), F_OK) < 0 &&
             errno == ENOENT);
    return access(path.len ? str_copy(arena, path) : "/", W_OK) == 0;
}

static void check_store(struct doctor *doctor, const struct project *project)
{
    struct arena *arena = doctor->cli->arena;
    struct store_facts facts;
    const char *error;

    if (access(project->database, F_OK) < 0 && errno == ENOENT) {
        if (!is_makeable(arena, project->database))
            doctor_problem(doctor, "store",
                           arena_printf(arena, "%s can't be made: %s",
                                        project->database, strerror(errno)),
                           "make the folder writable, or name another with --db");
        else
            doctor_ok(
                doctor, "store",
                arena_printf(arena, "%s: the first run makes it", project->database));
        return;
    }
    error = store_look(project->database, arena, &facts);
    if (error)
        doctor_problem(doctor, "store", error, "until then kad exits with 74");
    else if (facts.schema < facts.newest_schema)
        doctor_ok(doctor, "store",
                  arena_printf(arena,
                               "%s, schema %d: what opens it next brings it to %d",
                               project->database, facts.schema, facts.newest_schema));
    else
        doctor_ok(
            doctor, "store",
            arena_printf(arena, "%s, schema %d", project->database, facts.schema));
}

void doctor_check_project(struct doctor *doctor)
{
    struct project project;
    const char *error = project_find(doctor->cli->arena, doctor->cli->db, &project);

    if (error) {
        doctor_note(doctor, "project", "the current folder belongs to none",
                    "`kad init` makes it one");
        return;
    }
    doctor_ok(doctor, "project", project.root);
    check_settings(doctor, &project);
    check_secrets(doctor, &project);
    check_store(doctor, &project);
}
