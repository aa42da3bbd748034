/* builds.c: see builds.h. */
#include "program/builds.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "program/pins.h"

enum { COPY_BYTES = 1 << 30 };

/* ---- The linker's note (System V gABI, "Note Section"; NT_GNU_BUILD_ID) -------------- */

struct note {
    const unsigned char *id;
    size_t len;
};

static size_t padded(size_t size)
{
    return (size + 3) & ~(size_t)3;
}

static bool find_in_segment(const unsigned char *at, size_t left, struct note *note)
{
    while (left >= sizeof(ElfW(Nhdr))) {
        ElfW(Nhdr) head;
        size_t size;

        memcpy(&head, at, sizeof(head));
        size = sizeof(head) + padded(head.n_namesz) + padded(head.n_descsz);
        if (size > left)
            return false;
        if (head.n_type == NT_GNU_BUILD_ID && head.n_namesz == sizeof("GNU") &&
            memcmp(at + sizeof(head), "GNU", sizeof("GNU")) == 0) {
            note->id = at + sizeof(head) + padded(head.n_namesz);
            note->len = head.n_descsz;
            return true;
        }
        at += size;
        left -= size;
    }
    return false;
}

/* The first object is the program itself. */
static int find_in_object(struct dl_phdr_info *object, size_t size, void *context)
{
    (void)size;
    for (size_t i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        const uintptr_t start = object->dlpi_addr + segment->p_vaddr;

        if (segment->p_type == PT_NOTE &&
            find_in_segment((const unsigned char *)start, segment->p_memsz, context))
            break;
    }
    return 1;
}

const char *build_id(struct arena *arena)
{
    struct note note = {0};
    char *hex;

    dl_iterate_phdr(find_in_object, &note);
    if (!note.id)
        return NULL;
    hex = arena_alloc(arena, 2 * note.len + 1);
    str_hex(note.id, note.len, hex);
    return hex;
}

/* ---- The copy ----------------------------------------------------------------------- */

const char *build_path(struct arena *arena, const struct project *project,
                       const struct kad_workflow *workflow, const char *id)
{
    return arena_printf(arena, "%s/builds/%s/wf-%s", project->state, id, workflow->id);
}

static bool copy_bytes(int from, int to)
{
    ssize_t copied;

    do
        copied = copy_file_range(from, NULL, to, NULL, COPY_BYTES, 0);
    while (copied > 0 || (copied < 0 && errno == EINTR));
    if (copied < 0 && (errno == EXDEV || errno == EINVAL || errno == ENOSYS)) {
        char chunk[65536];

        while ((copied = read(from, chunk, sizeof(chunk))) > 0)
            if (!file_write_all(to, (struct str){chunk, (size_t)copied}))
                return false;
    }
    return copied == 0;
}

/* Under a name of its own first, so that a copy is there as a whole or not at all. */
static bool copy_program(struct arena *arena, const char *path)
{
    const char *half = arena_printf(arena, "%s.%ld", path, (long)getpid());
    const int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    const int to = open(half, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
    bool is_copied = from >= 0 && to >= 0 && copy_bytes(from, to) && fsync(to) == 0;
    int error = errno;

    if (from >= 0)
        close(from);
    if (to >= 0 && close(to) < 0)
        is_copied = false;
    if (is_copied && rename(half, path) < 0) {
        error = errno;
        is_copied = false;
    }
    if (!is_copied)
        unlink(half);
    errno = error;
    return is_copied;
}

const char *build_pin(struct arena *arena, const struct project *project,
                      const struct kad_workflow *workflow, const char *id)
{
    const char *path = build_path(arena, project, workflow, id);
    const char *folder = arena_printf(arena, "%s/builds/%s", project->state, id);

    if (access(path, X_OK) == 0 && pin_use(folder))
        return NULL;
    if (make_folders(arena, folder) && copy_program(arena, path) && pin_sync(folder))
        return NULL;
    return arena_printf(
        arena,
        "%s: %s; a copy of the program has to be kept there, so that the "
        "execution can end on it",
        path, strerror(errno));
}

const char *build_exec(struct arena *arena, const struct project *project,
                       const struct kad_workflow *workflow, const char *id, char **argv)
{
    const char *path = build_path(arena, project, workflow, id);
    struct stat pinned, own;

    if (stat(path, &pinned) == 0 && stat("/proc/self/exe", &own) == 0 &&
        pinned.st_dev == own.st_dev && pinned.st_ino == own.st_ino)
        return arena_printf(arena, "%s is not the program of build %s", path, id);
    execv(path, argv);
    return arena_printf(
        arena,
        "the execution was started by build %s, and %s can't be run: %s; "
        "put that program back to go on",
        id, path, strerror(errno));
}
