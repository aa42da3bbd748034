/* cron_fields.h: what the five fields of a schedule may hold: for cron_parse.c. */
#ifndef KAD_BASE_CRON_FIELDS_H
#define KAD_BASE_CRON_FIELDS_H

#include "base/cron.h"

struct cron_values {
    const char *what, *many;
    const char *values;      /* for people */
    unsigned low, high, top; /* `top`: the largest number, which may be one more name */
    const struct str *names; /* of low and those that follow; NULL: it has none */
    const char *const *full_names;
    unsigned name_count;
};

/* By enum cron_field. */
extern const struct cron_values cron_fields[CRON_FIELDS];

/* Digits, at least one. */
bool cron_is_number(struct str word);
bool cron_equal_any_case(struct str a, struct str b);

/* A name of the field by its three letters, or by more of it ("MONDAY"); NULL: none. */
const char *cron_name_find(const struct cron_values *field, struct str word);

/* What to do instead of what only other kinds of cron have, or of a name that is one of
 * another field; NULL: it is neither. */
const char *cron_foreign_help(struct str word);
const char *cron_elsewhere_help(struct str word);

#endif
