/* judge.h: what kadc finds in a text. */
#ifndef KADC_JUDGE_H
#define KADC_JUDGE_H

#include "mutants.h"

struct finding {
    uint32_t line; /* 0: in another file */
    enum diag_code code;
    uint64_t message; /* its hash */
};

struct findings {
    VEC(struct finding) all;
    const char *text; /* as printed, a line each */
};

/* All passes over a text as the file of the subject; in the given arena. */
struct findings judge(struct arena *arena, const struct subject *subject,
                      struct str text);

/* The findings that are not in `old`, by message or else by code: a valid file may have warnings. */
struct findings judge_new(struct arena *arena, const struct findings *old,
                          const struct findings *now);

#endif
