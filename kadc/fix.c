/* fix.c: see fix.h. All bytes outside the edits stay as they are. */
#include "fix.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"

struct str fix_text(struct arena *arena, struct str text, struct edits edits)
{
    struct buf out;
    size_t at = 0;

    buf_init(&out, arena);
    for (size_t i = 0; i < edits.count; i++) {
        const struct edit *edit = &edits.items[i];

        buf_add(&out, str_part(text, at, edit->span.start));
        buf_add(&out, edit->text);
        at = edit->span.end;
    }
    buf_add(&out, str_part(text, at, text.len));
    return buf_str(&out);
}

/* A link stays a link: the file that it leads to is replaced, if it may be written. */
static bool replace_file(struct arena *arena, const char *path, struct str text)
{
    char *target = realpath(path, NULL);
    const bool is_written =
        target && access(target, W_OK) == 0 && file_write(arena, target, text);
    const int error = errno;

    free(target);
    errno = error;
    return is_written;
}

static bool fix_file(struct program *program, const struct source *source,
                     size_t *count)
{
    const struct edits edits = diag_certain_edits(program->diags, source);
    struct arena scratch = {0};
    bool is_written;

    if (edits.count == 0)
        return true;
    if (str_starts_with(source->path, S("/dev/"))) {
        fprintf(stderr, "kadc: %s: --fix mends only what has a name of its own\n",
                source->path.p);
        return false;
    }
    is_written =
        replace_file(&scratch, source->path.p, fix_text(&scratch, source->text, edits));
    if (is_written)
        fprintf(stderr, "kadc: %s: fixed %zu place%s\n", source->path.p, edits.count,
                edits.count == 1 ? "" : "s");
    else
        fprintf(stderr, "kadc: %s: %s\n", source->path.p, strerror(errno));
    arena_release(&scratch);
    *count += edits.count;
    return is_written;
}

bool fix_workflows(struct program *program, size_t *count)
{
    bool are_all_written = true;

    *count = 0;
    for (size_t i = 0; i < program->workflows.count; i++)
        are_all_written &=
            fix_file(program, program->workflows.items[i]->source, count);
    return are_all_written;
}
