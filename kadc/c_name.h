/* c_name.h: the author's names as C identifiers. */
#ifndef KADC_C_NAME_H
#define KADC_C_NAME_H

#include "base/arena.h"
#include "base/str.h"

/* `fix-tests` and `fixTests` give `fix_tests`, `testURL` gives `test_url`. Keywords and names
 * that headers define as macros get a `_` at their end: `default_`. Two names may give the
 * same identifier: see unique.h. */
const char *c_name(struct arena *arena, struct str name);

#endif
