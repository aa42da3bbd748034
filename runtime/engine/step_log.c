/* step_log.c: see step_log.h. */
#include "engine/step_log.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "project.h"

void step_log_init(struct step_log *log, bool is_kept)
{
    *log = (struct step_log){.fd = -1, .is_over = !is_kept};
}

void step_log_name(struct step_log *log, const char *folder, const char *path)
{
    log->folder = folder;
    log->path = path;
}

static void give_up(struct step_log *log)
{
    log->error = errno;
    log->is_over = true;
}

static void open_file(struct step_log *log)
{
    struct arena scratch = {0};
    struct stat file;

    if (make_folders(&scratch, log->folder))
        log->fd = open(log->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    arena_release(&scratch);
    if (log->fd < 0 || fstat(log->fd, &file) < 0)
        give_up(log);
    else
        log->len = (size_t)file.st_size;
}

static void append(struct step_log *log, struct str text)
{
    if (!file_write_all(log->fd, text))
        give_up(log);
    log->len += text.len;
}

void step_log_add(struct step_log *log, struct str text)
{
    static const char mark[] = "\n[the log is cut here: it has 64 MiB]\n";

    if (!log->is_over && log->fd < 0)
        open_file(log);
    if (log->is_over)
        return;
    if (log->len + text.len <= STEP_LOG_MAX_BYTES) {
        append(log, text);
        return;
    }
    if (log->len < STEP_LOG_MAX_BYTES)
        append(log, str_part(text, 0, STEP_LOG_MAX_BYTES - log->len));
    append(log, (struct str){mark, sizeof(mark) - 1});
    log->is_over = true;
}

/* Held back, and no beginning of a secret after all. */
static void add_rest(struct step_log *log)
{
    struct arena scratch = {0};
    const struct str rest = mask_stream_end(&log->mask, &scratch);

    if (rest.len)
        step_log_add(log, rest);
    arena_release(&scratch);
}

void step_log_close(struct step_log *log)
{
    add_rest(log);
    if (log->fd >= 0)
        close(log->fd);
    log->fd = -1;
}
