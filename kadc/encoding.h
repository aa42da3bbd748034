/* encoding.h: is the file clean text? Asked before libyaml sees it. */
#ifndef KADC_ENCODING_H
#define KADC_ENCODING_H

#include "diag.h"

/* Reports 0111. False: the file can't be read any further. */
bool encoding_check(const struct source *source, struct diags *diags);

#endif
