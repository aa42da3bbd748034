/* expr_functions.c: see expr_functions.h. */
#include "expr_functions.h"

/* By name, so that messages which list them are in order. */
static const struct function functions[] = {
    {"contains", 2, 2, {PARAM_HOLDER, PARAM_MEMBER}, RESULT_BOOLEAN, NULL, false},
    {"endsWith",
     2,
     2,
     {PARAM_TEXT, PARAM_TEXT},
     RESULT_BOOLEAN,
     "kad_ends_with",
     false},
    {"first", 1, 1, {PARAM_ARRAY}, RESULT_ITEM, NULL, false},
    {"format",
     1,
     FUNCTION_ARGS_ANY,
     {PARAM_TEXT, PARAM_SCALAR},
     RESULT_TEXT,
     NULL,
     false},
    {"join", 2, 2, {PARAM_TEXTS, PARAM_TEXT}, RESULT_TEXT, "kad_join", true},
    {"keys", 1, 1, {PARAM_OBJECT}, RESULT_TEXTS, NULL, false},
    {"last", 1, 1, {PARAM_ARRAY}, RESULT_ITEM, NULL, false},
    {"length", 1, 1, {PARAM_SIZED}, RESULT_INTEGER, NULL, false},
    {"lower", 1, 1, {PARAM_TEXT}, RESULT_TEXT, "kad_lower", true},
    {"max", 2, FUNCTION_ARGS_ANY, {PARAM_NUMBER}, RESULT_NUMBER, NULL, false},
    {"min", 2, FUNCTION_ARGS_ANY, {PARAM_NUMBER}, RESULT_NUMBER, NULL, false},
    {"replace",
     3,
     3,
     {PARAM_TEXT, PARAM_TEXT, PARAM_TEXT},
     RESULT_TEXT,
     "kad_replace",
     true},
    {"round", 1, 1, {PARAM_NUMBER}, RESULT_INTEGER, NULL, false},
    {"split", 2, 2, {PARAM_TEXT, PARAM_TEXT}, RESULT_TEXTS, "kad_split", true},
    {"startsWith",
     2,
     2,
     {PARAM_TEXT, PARAM_TEXT},
     RESULT_BOOLEAN,
     "kad_starts_with",
     false},
    {"toJson", 1, 1, {PARAM_ANYTHING}, RESULT_TEXT, NULL, false},
    {"trim", 1, 1, {PARAM_TEXT}, RESULT_TEXT, "kad_trim", true},
    {"upper", 1, 1, {PARAM_TEXT}, RESULT_TEXT, "kad_upper", true},
};

enum { FUNCTION_COUNT = sizeof(functions) / sizeof(functions[0]) };

const struct function *function_find(struct str name)
{
    for (size_t i = 0; i < FUNCTION_COUNT; i++)
        if (str_is(name, functions[i].name))
            return &functions[i];
    return NULL;
}

struct names function_names(struct arena *arena)
{
    struct str *names = arena_array(arena, struct str, FUNCTION_COUNT);

    for (size_t i = 0; i < FUNCTION_COUNT; i++)
        names[i] = str_of(functions[i].name);
    return (struct names){names, FUNCTION_COUNT};
}

enum param function_param(const struct function *function, size_t i)
{
    while (i > 0 && (i >= FUNCTION_PARAMS_MAX || function->params[i] == PARAM_NONE))
        i--;
    return function->params[i];
}

const char *param_text(enum param param)
{
    static const char *const texts[] = {
        [PARAM_NONE] = "nothing",
        [PARAM_TEXT] = "a string",
        [PARAM_NUMBER] = "a number",
        [PARAM_SCALAR] = "a string, number, boolean or duration",
        [PARAM_ARRAY] = "an array",
        [PARAM_TEXTS] = "an array of string",
        [PARAM_OBJECT] = "an object",
        [PARAM_SIZED] = "a string, an array or an object",
        [PARAM_HOLDER] = "a string or an array",
        [PARAM_MEMBER] = "a string",
        [PARAM_ANYTHING] = "any value",
    };

    return texts[param];
}
