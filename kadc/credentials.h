/* credentials.h: text with the shape of a credential; see credentials.c. */
#ifndef KADC_CREDENTIALS_H
#define KADC_CREDENTIALS_H

#include <stddef.h>

#include "base/str.h"

/* Bytes [from, to) of a text. `what`: "a GitHub token"; NULL: there is none. */
struct credential {
    const char *what;
    size_t from, to;
};

/* The first in a text. */
struct credential credential_find(struct str text);

#endif
