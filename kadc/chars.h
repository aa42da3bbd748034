/* chars.h: what YAML calls white space. */
#ifndef KADC_CHARS_H
#define KADC_CHARS_H

#include <stdbool.h>

static inline bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static inline bool is_line_break(char c)
{
    return c == '\n' || c == '\r';
}

static inline bool is_space(char c)
{
    return is_blank(c) || is_line_break(c);
}

#endif
