/* secret.h: secrets are given to actions, and to nobody else.
 *
 * (1) Inputs are stored with references and masks; the action, and a module that is a
 *     program, get them as they are.
 * (2) No output has a secret in it: an action that gives one has failed; what a `run:`
 *     program has printed is masked.
 * (3) All else that is stored, logged or shown has been through mask.h. */
#ifndef KAD_ENGINE_SECRET_H
#define KAD_ENGINE_SECRET_H

#include "engine/run.h"

/* The inputs of a step as they are stored: JSON, in its memory. A secret that is handed on as
 * it is becomes {"$secret": NAME}; what is made of one is masked, and known from now on. */
const char *secret_inputs(struct kad_step *step);

/* The inputs that were stored so, with the secrets that this process knows. */
struct kad_json secret_restore(struct kad_step *step, const char *stored);

/* Looks at step->outputs: NULL, or what is wrong with them. (2) */
const char *secret_outputs(struct kad_step *step);

/* Masks the texts of a commit; copies are in the arena. */
void secret_mask_commit(struct arena *arena, struct journal_commit *commit);

#endif
