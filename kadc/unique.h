/* unique.h: the names of one list: all different, in the file, in C, and to the eye. */
#ifndef KADC_UNIQUE_H
#define KADC_UNIQUE_H

#include "model.h"

/* Reports names that stand twice (`duplicate`: 0201, 0218), that become the same in C
 * (`collision`: 1001, or 0709 where they are options,
 * unless only `-` and `_` make the difference), and that differ too little (0211); each at the later place,
 * with a note at the first. `what`: "step", "input". Absent names are passed over. */
void names_unique(struct program *program, const char *what, const struct name *names,
                  size_t count, enum diag_code duplicate, enum diag_code collision);

/* The same for the fields of an object, with 0218. */
void fields_unique(struct program *program, const char *what,
                   const struct type_field *fields, size_t count,
                   enum diag_code collision);

#endif
