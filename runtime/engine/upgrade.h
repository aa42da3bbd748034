/* upgrade.h: an execution that has stopped moves to this program, another build of its
 * workflow.
 *
 *     upgrade_compare -> reasons: it stays where it is
 *                     -> none: engine_resume with engine->upgrade
 *                              -> refused by what is stored: it stays where it is
 *                              -> moved, in one commit with its children; and goes on
 *
 * What it waits for, and what has been asked, stays as it is stored: a time, the text of a
 * question. */
#ifndef KAD_ENGINE_UPGRADE_H
#define KAD_ENGINE_UPGRADE_H

#include "engine/engine.h"
#include "schema_compare.h"

struct engine_upgrade {
    const char *build_id; /* of this program */
    json_t *was, *is;     /* the definitions of both, as --describe prints them */
};

/* Adds the reasons why what is stored of the execution, and of those that it has called and
 * that have not ended, does not fit this program's definition. */
enum store_error upgrade_compare(struct journal *journal, struct arena *arena,
                                 const struct execution_row *row,
                                 const struct engine_upgrade *upgrade,
                                 struct reasons *reasons);

/* The reasons as one text. */
const char *upgrade_refusal(struct arena *arena, const struct reasons *reasons);

/* Moves an execution that has not begun; `row` is as it is stored then. */
enum store_error upgrade_queued(struct engine *engine, struct arena *arena,
                                struct execution_row *row);

#endif
