/* calls.h: workflows that call each other. */
#ifndef KADC_CALLS_H
#define KADC_CALLS_H

#include "model.h"

/* Finds what each step `workflow: ID` calls: among the program's workflows, else in a file
 * beside the caller, which is read and joins them (is_called). Sets block->workflow; 0214,
 * 0315. Returns all workflows of the program, each after those that it calls. */
struct workflow **calls_resolve(struct program *program);

#endif
