/* doctor_machine.c: what `kad doctor` looks at on this machine; see doctor.h.
 *
 * The compiler is tried as `kad build` uses it: a file is compiled and linked with libkad,
 * in a temporary folder that is taken away again. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/str.h"
#include "base/zone.h"
#include "doctor.h"
#include "process/cgroup.h"
#include "store/store.h"
#include "tool.h"
#include "toolchain.h"

/* Files for 64 steps, see runtime/process. */
enum { FILES_FOR_ALL_STEPS = 832 };

/* The first line of what `PROGRAM --version` prints; NULL: it does not run. */
static const char *version_of(struct arena *arena, const char *program)
{
    const char *const argv[] = {program, "--version", NULL};
    struct str output = {0};
    const struct tool tool = {
        .argv = argv, .arena = arena, .output = &output, .is_quiet = true};
    int exit_code;

    if (!tool_run(&tool, &exit_code) || exit_code != 0)
        return NULL;
    return str_copy(arena, str_part(output, 0, str_find(output, S("\n"))));
}

static void check_kadc(struct doctor *doctor)
{
    struct arena *arena = doctor->cli->arena;
    const char *path = arena_printf(arena, "%s/kadc", program_folder(arena));
    const char *version = version_of(arena, path);

    if (!version)
        doctor_problem(doctor, "kadc", arena_printf(arena, "%s does not run", path),
                       "install kad again: kad and kadc belong into one folder");
    else if (strcmp(version, "kadc " KAD_VERSION) != 0)
        doctor_problem(
            doctor, "kadc",
            arena_printf(arena, "%s is %s, kad is " KAD_VERSION, path, version),
            "install kad again: both must be of one version");
    else
        doctor_ok(doctor, "kadc", version);
}

/* ---- The C compiler -------------------------------------------------------------------- */

/* A program that needs all of libkad. */
static bool write_probe(const char *path)
{
    FILE *file = fopen(path, "we");
    bool is_ok;

    if (!file)
        return false;
    is_ok = fputs("#include \"kad/workflow.h\"\n"
                  "int main(void)\n{\n    return kad_main(0, 0, 0);\n}\n",
                  file) >= 0;
    return fclose(file) == 0 && is_ok;
}

/* NULL, or the line of the compiler or the linker that says what is wrong. */
static const char *link_probe(struct arena *arena, const struct toolchain *tools,
                              const char *source, const char *program)
{
    VEC(const char *) argv = {0};
    const char *const fixed[] = {tools->cc,      "-std=c17", "-I",
                                 tools->include, source,     tools->modules,
                                 tools->runtime};
    struct str said = {0};
    struct tool tool = {.arena = arena, .errors = &said};
    size_t line;
    int exit_code;

    for (size_t i = 0; i < COUNT_OF(fixed); i++)
        vec_push(arena, &argv, fixed[i]);
    for (size_t i = 0; i < tools->link_flag_count; i++)
        vec_push(arena, &argv, tools->link_flags[i]);
    vec_push(arena, &argv, "-o");
    vec_push(arena, &argv, program);
    vec_push(arena, &argv, NULL);
    tool.argv = argv.items;
    if (!tool_run(&tool, &exit_code))
        return strerror(errno);
    if (exit_code == 0)
        return NULL;
    line = str_find(said, S("\n"));
    return line ? str_copy(arena, str_part(said, 0, line)) : "it says nothing";
}

static const char *try_compiler(struct arena *arena, const struct toolchain *tools)
{
    const char *parent = getenv("TMPDIR");
    char *folder = arena_printf(arena, "%s/kad-doctor.XXXXXX",
                                parent && *parent ? parent : "/tmp");
    const char *source, *program, *error;

    if (!mkdtemp(folder))
        return arena_printf(arena, "%s can't be made: %s (set TMPDIR)", folder,
                            strerror(errno));
    source = arena_printf(arena, "%s/probe.c", folder);
    program = arena_printf(arena, "%s/probe", folder);
    error = write_probe(source)
                ? link_probe(arena, tools, source, program)
                : arena_printf(arena, "%s: %s", source, strerror(errno));
    unlink(source);
    unlink(program);
    rmdir(folder);
    return error;
}

static void check_compiler(struct doctor *doctor)
{
    static const char libraries[] =
        "install kad completely, and what it links with; on Debian: libsqlite3-dev "
        "libjansson-dev libyaml-dev libpcre2-dev libutf8proc-dev nettle-dev";
    struct arena *arena = doctor->cli->arena;
    struct toolchain tools;
    const char *error = toolchain_find(arena, &tools);

    if (error) {
        doctor_problem(doctor, "compiler", error,
                       tools.cc ? libraries
                                : "on Debian: apt-get install gcc libc6-dev");
        return;
    }
    error = try_compiler(arena, &tools);
    if (error)
        doctor_problem(doctor, "compiler",
                       arena_printf(arena, "%s: %s", tools.cc, error), libraries);
    else
        doctor_ok(doctor, "compiler",
                  arena_printf(arena, "%s builds with %s", tools.cc, tools.runtime));
}

/* ---- The rest -------------------------------------------------------------------------- */

static void check_git(struct doctor *doctor)
{
    const char *version = version_of(doctor->cli->arena, "git");

    if (version)
        doctor_ok(doctor, "git", version);
    else
        doctor_note(
            doctor, "git",
            "it is not found: implement-feature and `workspace: worktree` need it",
            "on Debian: apt-get install git");
}

static void check_sqlite(struct doctor *doctor)
{
    struct arena *arena = doctor->cli->arena;
    bool is_old;
    const char *version = store_sqlite_version(&is_old);

    if (is_old)
        doctor_problem(
            doctor, "sqlite",
            arena_printf(arena, "%s is older than what kad was built with", version),
            "install that version of libsqlite3, or build kad here");
    else
        doctor_ok(doctor, "sqlite", version);
}

static void check_zones(struct doctor *doctor)
{
    struct arena *arena = doctor->cli->arena;
    size_t count;

    zone_names(arena, &count);
    if (count > 0)
        doctor_ok(doctor, "zones",
                  arena_printf(arena, "%zu time zones in %s", count, zone_folder()));
    else
        doctor_note(doctor, "zones",
                    arena_printf(arena,
                                 "no time zones in %s: a `schedule` can only be "
                                 "in UTC",
                                 zone_folder()),
                    "on Debian: apt-get install tzdata");
}

static void check_files(struct doctor *doctor)
{
    struct arena *arena = doctor->cli->arena;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    if (limit.rlim_cur >= FILES_FOR_ALL_STEPS)
        doctor_ok(doctor, "files", "64 steps may run at once");
    else
        doctor_note(doctor, "files",
                    arena_printf(arena,
                                 "at most %llu may be open: fewer than 64 steps "
                                 "run at once",
                                 (unsigned long long)limit.rlim_cur),
                    arena_printf(arena, "ulimit -n %d", FILES_FOR_ALL_STEPS));
}

static void check_cgroup(struct doctor *doctor)
{
    struct arena *arena = doctor->cli->arena;
    const int error = cgroup_check();

    if (error) {
        doctor_note(doctor, "cgroup",
                    arena_printf(arena,
                                 "`limits: {processes: ...}` of modules can't be "
                                 "kept here: %s",
                                 error == ENODEV
                                     ? "kad is in no cgroup that counts processes"
                                     : strerror(error)),
                    "systemd-run --user --scope -p Delegate=yes kad ...");
        return;
    }
    doctor_ok(doctor, "cgroup", "limits of processes can be kept");
}

void doctor_check_machine(struct doctor *doctor)
{
    check_kadc(doctor);
    check_compiler(doctor);
    check_git(doctor);
    check_sqlite(doctor);
    check_zones(doctor);
    check_files(doctor);
    check_cgroup(doctor);
}
