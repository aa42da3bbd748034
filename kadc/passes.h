/* passes.h: the passes of kadc after the model, in their order.
 *
 * Each reports everything that it finds and goes on. Most take one workflow; none of these is
 * run on one whose `is_broken` is set. */
#ifndef KADC_PASSES_H
#define KADC_PASSES_H

#include "model.h"

/* Steps, routes, modules, actions: 0201, 0202, 0207, 0208, 0210, 0211, 0709, 0712, 1001,
 * 1003, 1004, 1103. Sets route->target, step->action, c_name. A misspelt name with one near candidate is
 * reported and then taken as meant. */
void names_check(struct program *program, struct workflow *workflow);

/* Builds workflow->graph; reachability, ends, loops, what precedes a step: group 03. Sets
 * step->is_reachable, is_after_failure, can_be_after_failure. */
void graph_check(struct program *program, struct workflow *workflow);

/* Effective outputs, inputs against the manifest, conditions, `outputs`: group 05, and, by
 * expr_check, 02 and 06. Sets step->outputs, input->field, value->type, expr->type. */
void types_check(struct program *program, struct workflow *workflow);

/* What triggers read, and what they start for: 0105, 0114, 0610, 0906, 0907 and, by
 * expr_check, groups 02, 05 and 06. After types_check. */
void triggers_check(struct program *program, struct workflow *workflow);

/* What `concurrency` counts by: 0610. After types_check. */
void concurrency_check(struct program *program, struct workflow *workflow);

/* Where secrets may flow: 0906, 0907. After types_check. */
void secrets_check(struct program *program, const struct workflow *workflow);

/* Text with the shape of a credential: 0907. */
void credentials_check(struct program *program, const struct workflow *workflow);

/* Whether the workflow's outputs have text that it takes from outside by itself: sets
 * hands_on_untrusted. After types_check, and after that of the workflows that it calls. */
void taint_summarize(struct program *program, struct workflow *workflow);

/* Where text from outside may flow: 0901, 0902, 0904, 0905. After taint_summarize of all, and
 * after that of the workflows that call it, which hand it on. */
void taint_check(struct program *program, struct workflow *workflow);

/* Definite assignment: group 04, and 0212. Sets binding.may_be_unset, step->is_read. */
void flow_check(struct program *program, struct workflow *workflow);

/* What the author says of every path, proved or refuted by one: 0314. */
void guarantees_check(struct program *program, const struct workflow *workflow);

/* Steps that run again, or for ever: 0803, 0804, 0805, 0807. */
void effects_check(struct program *program, struct workflow *workflow);

/* When schedules fire: 0701 to 0706, and 0308 for what is slower than its schedule. */
void schedules_check(struct program *program, const struct workflow *workflow);

/* ---- Over all workflows together ----------------------------------------------------- */

/* What requests start: 0707, 0708, 0908. */
void webhooks_check(struct program *program);

/* What events start: 0710, 0711. After calls_resolve. */
void events_check(struct program *program);

/* ---- All ----------------------------------------------------------------------------- */

/* All of these over the program's workflows, and over those that they call, which join
 * them. */
void passes_run(struct program *program);

#endif
