/* blocks.h: the lines of steps that blocks make, and what is seen of a step from outside of
 * the blocks that it stands in. */
#ifndef KADC_BLOCKS_H
#define KADC_BLOCKS_H

#include "model.h"

/* ---- Lines --------------------------------------------------------------------------- */

/* A line of steps: the main one, or a branch. */
struct line {
    size_t first, end; /* indexes of steps, those inside of its blocks included */
};

struct line line_main(const struct workflow *workflow);
struct line line_of_branch(const struct branch *branch);
/* The index of the first step of the line that a step stands in: it tells lines apart. */
size_t line_key(const struct step *step);
/* "workflow", "branch", "item": what ends where the line of the step ends. */
const char *line_word(const struct step *step);
/* The next step of the same line, or the line's end. */
size_t line_next(const struct step *step);

/* ---- Seen from outside ---------------------------------------------------------------- */

/* Whether the step stands in a branch of the block, or deeper in. */
bool step_is_inside(const struct step *step, const struct block *block);

/* What stands for `step` where `reader` is: itself, or the outermost block round it that
 * stands in one of the lines round the reader. `reader` NULL: the workflow's outputs. */
const struct step *step_stand_in(const struct step *step, const struct step *reader);

/* Of an output, seen where `stand_in` stands for the step. */
struct outside {
    const struct type *type; /* an array for each forEach between them */
    bool is_sure;            /* a success of `stand_in` has set it */
};

/* Needs step->is_passed. */
struct outside step_outside(struct arena *arena, const struct step *step,
                            const struct step *stand_in, const struct type *type);

/* The forEach round the step, innermost first, whose item or index has the name; NULL: none.
 * *is_index: it is the index. */
const struct block *loop_variable_find(const struct step *step, struct str name,
                                       bool *is_index);
/* How a forEach names its item. */
struct str block_item_name(const struct block *block);

#endif
