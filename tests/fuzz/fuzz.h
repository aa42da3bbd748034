/* fuzz.h: what the fuzz targets share. Each defines LLVMFuzzerTestOneInput over one input;
 * libFuzzer calls it with inputs of its own making, replay.c with those of a folder. All
 * run in the root of the sources. */
#ifndef KADC_TEST_FUZZ_H
#define KADC_TEST_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "diag.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Prints the findings in each format, to nowhere. */
static inline void fuzz_print(struct diags *diags)
{
    for (enum diag_format format = DIAG_TEXT; format <= DIAG_GITHUB; format++) {
        char *text = NULL;
        size_t len;
        FILE *out = open_memstream(&text, &len);

        diag_print(diags, out, (struct diag_style){.format = format}, 1);
        fclose(out);
        free(text);
    }
}

#endif
