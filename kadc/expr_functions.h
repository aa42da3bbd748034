/* expr_functions.h: the functions that expressions may call, in one table. */
#ifndef KADC_EXPR_FUNCTIONS_H
#define KADC_EXPR_FUNCTIONS_H

#include <stddef.h>

#include "diag.h"
#include "types.h"

enum { FUNCTION_PARAMS_MAX = 3, FUNCTION_ARGS_ANY = 255 };

/* What an argument may be. */
enum param {
    PARAM_NONE,
    PARAM_TEXT,
    PARAM_NUMBER, /* or an integer */
    PARAM_SCALAR, /* what may stand in text */
    PARAM_ARRAY,
    PARAM_TEXTS, /* an array of text */
    PARAM_OBJECT,
    PARAM_SIZED,   /* text, an array, an object */
    PARAM_HOLDER,  /* text or an array */
    PARAM_MEMBER,  /* what the holder before it holds */
    PARAM_ANYTHING /* unset, too */
};

enum result {
    RESULT_TEXT,
    RESULT_INTEGER,
    RESULT_BOOLEAN,
    RESULT_TEXTS,
    RESULT_NUMBER, /* an integer if all arguments are */
    RESULT_ITEM    /* of the array, optional */
};

struct function {
    const char *name;
    size_t min_args, max_args;
    /* The last one is that of all further arguments, too. */
    enum param params[FUNCTION_PARAMS_MAX];
    enum result result;
    /* In the runtime. `needs_run`: its first argument is the run. NULL: gen_call.c
     * knows a form for each type. */
    const char *c_name;
    bool needs_run;
};

/* NULL: there is none of this name. */
const struct function *function_find(struct str name);
struct names function_names(struct arena *arena);

/* What argument `i` may be; and in words: "an array". */
enum param function_param(const struct function *function, size_t i);
const char *param_text(enum param param);

#endif
