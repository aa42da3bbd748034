/* toolchain.c: see toolchain.h. */
#include "toolchain.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path_search.h"
#include "base/vec.h"
#include "cli.h"
#include "digest.h"

const char *program_folder(struct arena *arena)
{
    char path[PATH_MAX];
    const ssize_t len = readlink("/proc/self/exe", path, sizeof(path));
    size_t end = len > 0 && (size_t)len < sizeof(path) ? (size_t)len : 0;

    while (end > 0 && path[end - 1] != '/')
        end--;
    return end > 1 ? arena_copy(arena, path, end - 1) : ".";
}

const char *program_path(struct arena *arena, const char *name)
{
    char folder[PATH_MAX];

    return getcwd(folder, sizeof(folder))
               ? path_search_program(arena, name, folder, X_OK)
               : NULL;
}

/* NULL, or what is wrong. */
static const char *read_link_flags(struct arena *arena, const char *path,
                                   struct toolchain *tools)
{
    const char *error = NULL;
    VEC(const char *) flags = {0};
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t capacity = 0;
    char *rest = NULL;

    if (!file || getline(&line, &capacity, file) < 0) {
        error = arena_printf(arena, "cannot read %s: %s (is kad installed completely?)",
                             path, file ? "it is empty" : strerror(errno));
    } else {
        for (char *word = strtok_r(line, " \n", &rest); word;
             word = strtok_r(NULL, " \n", &rest))
            vec_push(arena, &flags, arena_copy(arena, word, strlen(word)));
        tools->link_flags = flags.items;
        tools->link_flag_count = flags.count;
    }
    free(line);
    if (file)
        fclose(file);
    return error;
}

/* Which one it is: packages replace it as a whole, and reading it would take milliseconds. */
static bool digest_add_archive(struct digest *digest, struct arena *arena,
                               const char *path)
{
    struct stat about;

    if (stat(path, &about) < 0)
        return false;
    digest_add(digest, str_of(arena_printf(
                           arena, "%s %lld %lld.%09ld", path, (long long)about.st_size,
                           (long long)about.st_mtim.tv_sec, about.st_mtim.tv_nsec)));
    return true;
}

static const char *unreadable(struct arena *arena, const char *path)
{
    return arena_printf(arena, "cannot read %s: %s (is kad installed completely?)",
                        path, strerror(errno));
}

/* NULL, or what is wrong. */
static const char *digest_tools(struct arena *arena, const char *link_flags,
                                struct toolchain *tools)
{
    const char *const files[] = {tools->kadc, tools->cc, tools->runtime, tools->modules,
                                 link_flags};
    struct digest digest;

    digest_init(&digest);
    for (size_t i = 0; i < COUNT_OF(files); i++)
        if (!digest_add_file(&digest, files[i]))
            return unreadable(arena, files[i]);
    for (size_t i = 0; i < tools->link_flag_count; i++) {
        const char *flag = tools->link_flags[i];

        if (flag[0] == '/' && !digest_add_archive(&digest, arena, flag))
            return unreadable(arena, flag);
    }
    if (!digest_add_folder(&digest, arena,
                           arena_printf(arena, "%s/kad", tools->include), ".h") ||
        !digest_add_folders(&digest, arena, tools->manifests, "module.yaml"))
        return arena_printf(arena, "cannot read %s: %s", tools->manifests,
                            strerror(errno));
    tools->digest = digest_hex(&digest, arena);
    return NULL;
}

const char *toolchain_find(struct arena *arena, struct toolchain *tools)
{
    const char *cc = getenv("CC");
    const char *bin = program_folder(arena);
    const char *link_flags = arena_printf(arena, "%s/../lib/kad/link-flags", bin);
    const char *error;

    if (!cc || !*cc)
        cc = "cc";
    *tools = (struct toolchain){
        .bin = bin,
        .kadc = arena_printf(arena, "%s/kadc", bin),
        .cc = program_path(arena, cc),
        .include = arena_printf(arena, "%s/../include", bin),
        .runtime = arena_printf(arena, "%s/../lib/libkad.a", bin),
        .modules = arena_printf(arena, "%s/../lib/libkad_modules.a", bin),
        .manifests = arena_printf(arena, "%s/../share/kad/modules", bin),
    };
    if (!tools->cc)
        return arena_printf(
            arena, "no C compiler: `%s` is not found (install gcc or clang, or set CC)",
            cc);
    error = read_link_flags(arena, link_flags, tools);
    return error ? error : digest_tools(arena, link_flags, tools);
}
