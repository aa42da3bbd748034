/* wrap.h: where a line of C that is too long is broken. */
#ifndef KADC_WRAP_H
#define KADC_WRAP_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

enum { WRAP_COLUMNS = 88, WRAP_INDENT = 4 };

/* What kind of line it is: the places of breaks depend on it. */
enum wrap_kind {
    WRAP_STATEMENT,
    WRAP_SIGNATURE, /* of a function: head or prototype */
    WRAP_ELEMENT    /* of an initializer in braces */
};

/* Appends the flat text `line`, indented by `indent` columns, to `out`, in as many lines as
 * it needs, without the last line end. `room`: columns that must stay free at its end.
 * `depth`: braces of initializers around an element. */
void wrap_line(struct buf *out, struct str line, enum wrap_kind kind, unsigned indent,
               unsigned room, unsigned depth);

#endif
