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
    struct terminal terminal = {0};
    struct winsize window;

    if (!isatty(fd))
        return terminal;
    if (ioctl(fd, TIOCGWINSZ, &window) == 0)
        terminal.columns = window.ws_col;
    terminal.can_erase = !term || strcmp(term, "dumb") != 0;
    terminal.has_color = !is_set("NO_COLOR") && terminal.can_erase;
    return terminal;
}
