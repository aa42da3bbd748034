/* terminal.c: see terminal.h. */
#include "base/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);

    return value && *value;
}

struct terminal terminal_look(int fd)
{
    const char *term = getenv("TERM");
    struct terminal terminal = {.is_terminal = isatty(fd)};
    struct winsize window;

    if (!terminal.is_terminal)
        return terminal;
    if (ioctl(fd, TIOCGWINSZ, &window) == 0)
        terminal.columns = window.ws_col;
    terminal.has_color = !is_set("NO_COLOR") && (!term || strcmp(term, "dumb") != 0);
    return terminal;
}
