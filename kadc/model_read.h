/* model_read.h: what the files share that make models and manifests from YAML trees. */
#ifndef KADC_MODEL_READ_H
#define KADC_MODEL_READ_H

#include "keys.h"

/* ---- Key sets ------------------------------------------------------------------------ */

extern const struct key_set workflow_set, step_set, condition_set, switch_set,
    retry_set, wait_set, approval_set, parallel_set, mode_set;

/* ---- model_types.c ------------------------------------------------------------------- */

/* Key sets of a type, and of an entry {name, type, ...} of a list of fields. */
extern const struct key_set type_set, field_set;
/* The same for parameters that have their value from somewhere: what a trigger receives, and
 * what a schedule sets. */
extern const struct key_set received_set, scheduled_set;

/* A list of {name, type, ...}: `inputs`, `outputs`. `what`: "input". */
struct type_field *fields_read(struct reader *reader, const struct node *list,
                               const char *what, size_t *count);
/* `params`, by the set of keys that the trigger's have. */
void params_read(struct reader *reader, const struct key_set *set,
                 const struct node *list, struct trigger *trigger);
const struct type *object_of_fields(struct arena *arena,
                                    const struct type_field *fields, size_t count);

/* `types:`; fills workflow->types and lets type names be found. */
void types_section_read(struct reader *reader, const struct node *map,
                        struct workflow *workflow);
/* 0212 for the types that nothing has named. After everything else was read. */
void types_report_unused(struct reader *reader);

/* ---- model_triggers.c ---------------------------------------------------------------- */

extern const struct key_set trigger_set;

void triggers_read(struct reader *reader, const struct node *list,
                   struct workflow *workflow);

/* ---- model_values.c ------------------------------------------------------------------ */

/* A scalar, or a list or map of values. Never NULL. */
struct value *value_read(struct reader *reader, const struct node *node);
/* A map from names to values; whether there are such inputs is for types_check.c. */
struct input *inputs_read(struct reader *reader, const struct node *map, size_t *count);

/* ---- model_routes.c ------------------------------------------------------------------ */

/* A target, {condition, then, else} or {switch, else}. Never NULL. */
struct route *route_read(struct reader *reader, const struct node *node);
/* `onOutcome`: a map from outcomes to routes. */
struct route *outcomes_read(struct reader *reader, const struct node *map);
/* Both of them: what each names is named, whichever is wrong. */
void outcomes_add_success(struct route *outcomes, struct route *on_success);

/* ---- model_gates.c ------------------------------------------------------------------- */

/* The name of an event; else 0209. */
struct name event_name_read(struct reader *reader, const struct node *value);
void wait_read(struct reader *reader, const struct node *node, struct step *step);
void approval_read(struct reader *reader, const struct node *key,
                   const struct node *map, struct step *step);

/* ---- model_blocks.c ------------------------------------------------------------------ */

#define MODE_TEXTS "all any settle"

/* The step's block, which is made when the first of its keys is read. */
struct block *block_get(struct reader *reader, struct step *step,
                        const struct node *key);
void parallel_read(struct reader *reader, const struct node *key,
                   const struct node *map, struct step *step);
/* `steps:` of a forEach. */
void body_read(struct reader *reader, const struct node *key, const struct node *list,
               struct step *step);
void mode_read(struct reader *reader, const struct node *key, const struct node *value,
               struct block *block);
/* What a block needs beyond its keys, once they have been read. */
void block_finish(struct reader *reader, struct step *step);

/* ---- model_retry.c ------------------------------------------------------------------- */

/* NULL: it is no map, reported. */
struct retry *retry_read(struct reader *reader, const struct node *key,
                         const struct node *map);

/* ---- model_budget.c ------------------------------------------------------------------ */

extern const struct key_set budget_set;

void budget_read(struct reader *reader, const struct node *map,
                 struct workflow *workflow);

/* ---- model_concurrency.c ------------------------------------------------------------- */

extern const struct key_set concurrency_set;

void concurrency_read(struct reader *reader, const struct node *map,
                      struct workflow *workflow);
/* Into a bool: whether it is a worktree. */
void workspace_read(struct reader *reader, const struct node *key,
                    const struct node *value, void *is_worktree);

/* ---- model_guarantees.c -------------------------------------------------------------- */

extern const struct key_set guarantee_set;

void guarantees_read(struct reader *reader, const struct node *list,
                     struct workflow *workflow);

/* ---- model_steps.c ------------------------------------------------------------------- */

void steps_read(struct reader *reader, const struct node *list,
                struct workflow *workflow);
/* The steps of one line, and all in them, to the end of reader->steps. */
void line_read(struct reader *reader, const struct node *list);

/* Where the line `steps:` is missing, the steps have become entries of the list above: that
 * is reported (0105), and they get a section of their own. Else returns `root` itself. */
const struct node *steps_recover(struct reader *reader, const struct node *root);

#endif
