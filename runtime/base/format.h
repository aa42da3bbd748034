/* format.h: vsnprintf, quick for what nearly all texts are made of. */
#ifndef KAD_BASE_FORMAT_H
#define KAD_BASE_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/* Writes at most `size` bytes with the NUL to `out`. The length of the whole text without it,
 * or a negative number, as vsnprintf says them. `args` is indeterminate afterwards. */
int format_text(char *out, size_t size, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

#endif
