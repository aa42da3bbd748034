/* errors.c: names and texts of the engine's failure codes; see kad/errors.h. */
#include "kad/errors.h"

static const struct {
    const char *name;
    const char *text;
} codes[] = {
#define CODE_ROW(code, yaml_name, about) [KAD_FAILURE_##code] = {yaml_name, about},
    KAD_FAILURE_CODES(CODE_ROW)
#undef CODE_ROW
};

const char *kad_failure_name(enum kad_failure_code code)
{
    return codes[code].name;
}

const char *kad_failure_text(enum kad_failure_code code)
{
    return codes[code].text;
}
