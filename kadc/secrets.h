/* secrets.h: where secrets are allowed, for manifest.c and the emitter; see secrets.c. */
#ifndef KADC_SECRETS_H
#define KADC_SECRETS_H

#include "model.h"

/* Whether a `run:` hands a secret to its program, by a variable or on standard input. */
bool run_holds_secret(const struct run *run);

/* 0906 for outputs that are declared to be secret: they are stored. Their types become
 * poison. */
void secret_outputs_check(struct program *program, struct type_field *fields,
                          size_t count);

#endif
