/* step_fixture.h: a step to call module and agent functions with: the real engine's, on
 * a temporary folder that is a git repository. */
#ifndef KAD_TESTS_STEP_FIXTURE_H
#define KAD_TESTS_STEP_FIXTURE_H

#include <criterion/criterion.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "engine/run.h"
#include "process/host.h"

extern char **environ;

static struct fixture {
    char folder[PATH_MAX];
    struct arena arena;
    struct process_host host;
    struct project project;
    struct engine engine;
    struct execution_row row;
    struct kad_action action;
    struct kad_step_info info;
    struct kad_workflow workflow;
    struct step_state state;
    struct crew crew;
    struct drive drive;
    struct execution execution;
    struct kad_run run;
} fixture;

/* ---- Files and programs ---------------------------------------------------------- */

static inline const char *path_of(const char *name)
{
    return arena_printf(&fixture.arena, "%s/%s", fixture.folder, name);
}

static inline void write_file(const char *name, const char *text)
{
    const char *path = path_of(name);
    const char *folder =
        arena_printf(&fixture.arena, "%.*s", (int)(strrchr(path, '/') - path), path);

    cr_assert(make_folders(&fixture.arena, folder));
    cr_assert(file_write(&fixture.arena, path, str_of(text)), "%s", path);
}

/* "" when it is not there. */
static inline const char *text_of(const char *name)
{
    struct str text = {"", 0};

    file_read(&fixture.arena, path_of(name), SIZE_MAX / 2, &text);
    return text.p;
}

static inline bool is_there(const char *name)
{
    return access(path_of(name), F_OK) == 0;
}

/* Runs git in the folder, and gives what it prints. */
#define GIT(...)                                                                       \
    run_git((const char *const[]){"git", "-C", fixture.folder, __VA_ARGS__, NULL})

static inline const char *run_git(const char *const *argv)
{
    /* Beside the folder: inside, it would be one more file of the working tree. */
    const char *out = arena_printf(&fixture.arena, "%s.out", fixture.folder);
    posix_spawn_file_actions_t actions;
    struct str text = {"", 0};
    int status;
    pid_t pid;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, out, O_WRONLY | O_CREAT | O_TRUNC,
                                     0600);
    cr_assert_eq(
        posix_spawnp(&pid, "git", &actions, NULL, (char *const *)argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert_eq(status, 0, "git %s", argv[3]);
    cr_assert(file_read(&fixture.arena, out, SIZE_MAX / 2, &text));
    unlink(out);
    return text.p;
}

/* ---- The step -------------------------------------------------------------------- */

/* The attempt that functions get; the one before is given up. */
static inline struct kad_step *begin_step(const char *id, uint32_t visit,
                                          uint32_t attempt)
{
    step_log_close(&fixture.run.step.log);
    fixture.drive.stop = STOP_NONE; /* as in a process of its own */
    fixture.info.id = id;
    attempt_begin(&fixture.run, &fixture.info, visit, attempt);
    return &fixture.run.step;
}

static inline void open_fixture(void)
{
    /* Neither the person's settings nor their identity take part. */
    setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    snprintf(fixture.folder, sizeof(fixture.folder), "/tmp/kad-step-XXXXXX");
    cr_assert_not_null(mkdtemp(fixture.folder));
    process_host_init(&fixture.host);
    fixture.project = (struct project){
        .root = fixture.folder,
        .state = path_of(".kad"),
        .database = path_of(".kad/kad.db"),
    };
    fixture.row =
        (struct execution_row){.id = "abcdefgh12345678", .workspace = fixture.folder};
    fixture.engine = (struct engine){.workflow = &fixture.workflow,
                                     .project = &fixture.project,
                                     .host = &fixture.host.host};
    fixture.info = (struct kad_step_info){.id = "step", .action = &fixture.action};
    fixture.workflow = (struct kad_workflow){.steps = &fixture.info, .step_count = 1};
    crew_init(&fixture.crew, &fixture.engine);
    drive_init(&fixture.drive, &fixture.crew);
    fixture.execution = (struct execution){
        .drive = &fixture.drive,
        .workflow = &fixture.workflow,
        .row = &fixture.row,
        .steps = &fixture.state,
        .root = &fixture.run,
    };
    branch_init(&fixture.run, &fixture.execution, NULL);
    GIT("init", "-q", "-b", "main");
    write_file(".kad/.gitignore", "*\n");
}

static inline int delete_entry(const char *path, const struct stat *file, int kind,
                               struct FTW *walk)
{
    (void)file;
    (void)kind;
    (void)walk;
    return remove(path);
}

static inline void close_fixture(void)
{
    step_log_close(&fixture.run.step.log);
    process_host_release(&fixture.host);
    nftw(fixture.folder, delete_entry, 16, FTW_DEPTH | FTW_PHYS);
    arena_release(&fixture.run.step.memory);
    arena_release(&fixture.run.step.outputs_memory);
    arena_release(&fixture.run.memory);
    arena_release(&fixture.run.values);
    arena_release(&fixture.state.memory);
    arena_release(&fixture.arena);
}

static inline const char *failure_code(void)
{
    return fixture.run.step.failure.code ? fixture.run.step.failure.code : "none";
}

static inline const char *failure_message(void)
{
    return fixture.run.step.failure.message ? fixture.run.step.failure.message : "none";
}

#endif
