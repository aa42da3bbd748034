/* system.c: the end of a workflow; see module.yaml. */
#include "modules/system.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"

static const char *or_unknown(const char *text)
{
    return text ? text : "unknown";
}

static const char *report_text(struct kad_step *step,
                               const struct system_handle_error_inputs *in)
{
    const struct kad_json details = in->error.details;

    return kad_printf(step,
                      "# Execution %s failed\n\n"
                      "- step: %s\n"
                      "- code: %s\n\n"
                      "%s\n\n"
                      "%s%s%s",
                      kad_step_execution(step), or_unknown(in->error.step),
                      or_unknown(in->error.code), or_unknown(in->error.message),
                      details.text ? "## Details\n\n```json\n" : "",
                      details.text ? details.text : "", details.text ? "\n```\n" : "");
}

enum kad_outcome system_handle_error(struct kad_step *step,
                                     const struct system_handle_error_inputs *in,
                                     struct system_handle_error_outputs *out)
{
    const char *path = kad_printf(step, "%s/error-report.md", kad_step_folder(step));
    struct arena arena = {0};
    const bool is_written = file_write(&arena, path, str_of(report_text(step, in)));

    arena_release(&arena);
    if (!is_written)
        return kad_fail(step, "report_failed", "%s: %s", path, strerror(errno));
    kad_progress(step, "%s failed: the report is %s", or_unknown(in->error.step), path);
    out->report = path;
    return KAD_SUCCESS;
}

static bool has_desktop(void)
{
    const char *display = getenv("DISPLAY"), *wayland = getenv("WAYLAND_DISPLAY");

    return (display && *display) || (wayland && *wayland);
}

enum kad_outcome
system_notify_completion(struct kad_step *step,
                         const struct system_notify_completion_inputs *in)
{
    const char *text =
        kad_printf(step, "execution %s %s", kad_step_execution(step), in->status);
    const char *const argv[] = {"notify-send", "--app-name=kad", "kad", text, NULL};
    const struct kad_program program = {.argv = argv};
    struct kad_output output;

    kad_progress(step, "%s", text);
    if (!has_desktop() || !kad_find_program(step, argv[0]))
        return KAD_SUCCESS;
    if (kad_exec(step, &program, &output) == KAD_LATER)
        return KAD_LATER;
    return KAD_SUCCESS; /* a missed notification is no failure */
}
