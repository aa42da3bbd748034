/* terminal.h: what a descriptor's terminal can show. */
#ifndef KAD_BASE_TERMINAL_H
#define KAD_BASE_TERMINAL_H

#include <stdbool.h>

struct terminal {
    bool can_erase;   /* a line that is there: a terminal, not TERM=dumb */
    bool has_color;   /* a terminal, not TERM=dumb, and no NO_COLOR (no-color.org) */
    unsigned columns; /* 0: no terminal, or it does not say */
};

struct terminal terminal_look(int fd);

#endif
