/* gen.h: from the checked model to C text.
 *
 *     gen_types.c     structs of types, and their names
 *     gen_tables.c    their descriptors
 *     gen_module.c    modules/<module>.h, .c
 *     gen_workflow.c  <id>.h, <id>.c; gen_header.c: <id>.h
 *     gen_definition.c  its drawing and its definition
 *     gen_machine.c   enum, frame, table of steps, switch
 *     gen_step.c      its steps: entries, functions; gen_input.c: their inputs
 *     gen_block.c     what blocks add: frames of items, tables
 *     gen_gather.c    arrays of what the items of a forEach have left
 *     gen_place.c     where values are
 *     gen_expr.c      expressions and values (gen_expr.h)
 *
 * Only called when there is no error: every name is bound, every type known. Text of
 * expressions is flat; emit.c breaks lines. Same input, same bytes. */
#ifndef KADC_GEN_H
#define KADC_GEN_H

#include <stddef.h>

#include "base/arena.h"
#include "emit.h"
#include "model.h"
#include "types.h"

/* Names of the C structs of all types of a program (gen_types.c). Modules come first: what
 * a workflow's types share with them keeps their names. */
struct type_names;
struct type_names *type_names_new(struct arena *arena);

/* The two files of a module, and of a workflow. */
struct generated {
    struct emit_parts header;
    struct emit_parts source;
};
/* `shipped`: the folder of the modules that come with kad, or NULL. Generated text calls it
 * `modules`, wherever it is on this machine. */
void gen_module(struct arena *arena, struct type_names *names,
                const struct module *module, const char *shipped,
                struct generated *files);
void gen_workflow(struct arena *arena, struct type_names *names,
                  const struct workflow *workflow, struct generated *files);

/* A conversion that the file has a function for (gen_convert.c); an array (gen_gather.c). */
struct gen_conversion;
struct gen_gather;

/* What the functions that write one file share. */
struct gen {
    struct arena *arena; /* of what is said now; of a step, see gen_each_step */
    struct arena *kept;  /* of what is used until the files are written */
    const struct workflow *workflow; /* NULL: a module is being written */
    struct type_names *names;
    const char *shipped;    /* see gen_module */
    const char *prefix;     /* of the file's structs: `testing_` */
    struct table *included; /* prefixes of what the file includes */
    struct emit *code;      /* statements go here: the function that is being written */
    struct emit *helpers;   /* static functions that stand before the steps' */
    struct emit *gathers;   /* and those of gen_gather.c after them */
    struct emit *body;      /* of the function that is being written */
    struct emit *tables;    /* descriptors, and structs that only expressions have */
    struct own_types *own_types; /* these structs (gen_types.c) */
    const struct type *outputs;  /* the workflow's, as an object; NULL: it has none */
    const char *trigger_struct, *outputs_struct; /* NULL: there is none */
    const struct step *step;    /* whose function is being written; NULL: no step's */
    const char **step_names;    /* by step: gen_step_name */
    bool *reads_frame;          /* by step: whether its function does */
    const struct type **stored; /* by step: its outputs as the frame holds them */
    const struct type **inputs; /* by step, of forEach: {items: array} */
    const char **items;         /* by step, of forEach: the struct of an item's frame */
    bool *has_flag;    /* by step: the item's frame says whether it has outputs */
    bool *is_gathered; /* by step: some gather is of it */
    struct gen_conversion *conversions; /* those of gen_convert.c; NULL: none yet */
    struct gen_gather *gathered;        /* those of gen_gather.c */
};

/* ---- Types (gen_types.c) ------------------------------------------------------------- */

/* The C type, ready for a name to follow: "const char *", "int64_t ", "struct kad_strings ".
 * Optional numbers are structs, optional objects pointers; see kad/value.h. */
const char *gen_type(const struct gen *gen, const struct type *type);

struct own_types *gen_own_types_new(struct gen *gen);

/* The struct of an object or of an array, whether optional or not, with the word "struct":
 * "struct testing_run_tests_outputs", "struct kad_strings". The failure's is "struct
 * kad_error"; a type that only an expression has gets a struct of its own in the file. */
const char *gen_struct(const struct gen *gen, const struct type *type);

/* The last part of the struct's name: "test_results", "strings". */
const char *gen_short_name(const struct gen *gen, const struct type *type);

/* Address of the descriptor of the type, taken as not optional and without constraints:
 * "&kad_string_type", "&testing_run_tests_outputs_type". */
const char *gen_descriptor(const struct gen *gen, const struct type *type);

/* The member that holds a field: `codeChanges` is `code_changes`. */
const char *gen_member(const struct gen *gen, const struct type_field *field);

/* Names an object and all structs that it needs by their paths, and declares them.
 *   "testing_run_tests_outputs", "testing_run_tests_outputs_test_results"
 * Nothing for an object without fields (gen_is_nothing). */
void gen_declare(struct gen *gen, const struct type *object, const char *name);
/* The same with a comment above the object's own struct. */
void gen_declare_titled(struct gen *gen, const struct type *object, const char *name,
                        const char *comment);
bool gen_is_nothing(const struct type *object);

/* `extern` for the descriptors of all structs that were declared since the last call. */
void gen_declare_descriptors(struct gen *gen);
/* Defines the descriptors of a declared object and of all that it needs. */
void gen_define_descriptors(struct gen *gen, const struct type *object);
/* The same, static, for a type that is declared in gen->tables only. */
void gen_define_own_descriptor(struct gen *gen, const struct type *type,
                               const char *name);

/* The name of a struct that only this file has, and that no header has: "files_item". */
const char *gen_own_name(const struct gen *gen, const char *wanted);

/* Whether kadc writes a struct for the type; and whether its descriptor is still to be
 * written: true once. */
bool gen_has_own_struct(const struct type *type);
bool gen_describes_now(struct gen *gen, const struct type *type);
/* The local name of its struct if this file has the descriptor and what it points to. */
const char *gen_described_here(const struct gen *gen, const struct type *type);

/* An action's outputs as C holds them: all optional if a failure may leave some. */
const struct type *gen_outputs_type(struct arena *arena, const struct type *outputs,
                                    bool outputs_on_failure);

/* ---- Pieces that files share (gen_text.c) ---------------------------------------------- */

/* "testing_run_tests": how the names of an action's things begin. */
const char *gen_action_name(struct arena *arena, const struct action *action);
/* "testing_": how the names of a module's things begin. */
const char *gen_module_prefix(struct arena *arena, const struct module *module);
/* "STEP_FIX_TESTS" of "STEP" and "fix_tests"; "REVIEW_DECIDE_APPROVED" of an outcome. */
const char *gen_upper(struct arena *arena, const char *prefix, const char *name);
const char *gen_outcome_name(struct arena *arena, const struct action *action,
                             struct str outcome);
/* A path as generated text names it; a place: "workflows/order.yaml:31". */
const char *gen_path(const struct gen *gen, struct str path);
const char *gen_place(const struct gen *gen, struct span span);
/* The first paragraph of the comment at the head of a generated file. */
void gen_file_comment(struct gen *gen, const struct source *source, struct str version);
/* `#ifndef`, `#define` and the include of the runtime; `#endif`. */
void gen_open_header(struct gen *gen, const char *prefix, struct str name);
void gen_close_header(struct gen *gen);
/* The name of a struct without the file's own prefix, for what is static in the file. */
const char *gen_local_name(const struct gen *gen, const char *name);
/* `.MEMBER = ...,` with the time in words as a comment. */
const char *gen_duration(const struct gen *gen, const char *member, int64_t ms);
/* A double as C reads it back: the shortest text that does. */
const char *gen_double(struct arena *arena, double number);
/* A NULL-terminated array, `declaration` being what stands before its `=`. */
void gen_texts(struct gen *gen, const char *declaration, const struct str *items,
               size_t count);

/* Whether C text has the identifier, outside of strings and comments, and not as a member. */
bool gen_mentions(struct str code, const char *name);

/* ---- Workflows (gen_header.c, gen_definition.c, gen_machine.c) --------------------------- */

/* <id>.h */
struct emit_parts gen_header(struct gen *gen);

/* The comment at the head of <id>.c; the text that --describe prints. */
void gen_workflow_comment(struct gen *gen);
void gen_definition(struct gen *gen);

/* `enum step`; `struct frame`, if there is anything to remember; the table `steps`; the
 * function `advance`, when those of the steps are known (gen->reads_frame). */
void gen_define_enum(struct gen *gen);
bool gen_has_frame(const struct gen *gen);
void gen_define_frame(struct gen *gen);
void gen_define_steps(struct gen *gen);
void gen_define_advance(struct gen *gen);

/* ---- Steps (gen_step.c, gen_input.c) --------------------------------------------------- */

/* Calls `put` for each step. Memory of gen->arena is that of the call alone. */
void gen_each_step(struct gen *gen,
                   void (*put)(struct gen *gen, const struct step *step));

/* Its entry in the table of steps, constants that the entry needs, its function. */
void gen_step_needs(struct gen *gen, const struct step *step);
void gen_step_constants(struct gen *gen, const struct step *step);
void gen_step_info(struct gen *gen, const struct step *step);
void gen_step_function(struct gen *gen, const struct step *step);
/* A call of the function: "step_test(run, f)". */
const char *gen_step_call(const struct gen *gen, const struct step *step);

/* The type of the inputs that an action, a child or a forEach wants, and its struct; NULL:
 * the kind of the step has a struct of the runtime's for them. */
const struct type *gen_inputs_type(const struct gen *gen, const struct step *step);
const char *gen_inputs_struct(const struct gen *gen, const struct step *step);
bool gen_has_inputs(const struct gen *gen, const struct step *step);
/* Declares `in`, if the step has inputs, and what it needs. */
void gen_inputs(struct gen *gen, const struct step *step);

/* ---- Blocks (gen_block.c, gen_gather.c) ------------------------------------------------ */

/* What forEach steps take; once the header is written, the frames of their items. */
void gen_blocks_init(struct gen *gen);
void gen_name_items(struct gen *gen);
/* Members of a frame, for steps [first, after) that are not inside of one another. */
void gen_frame_members(struct gen *gen, size_t first, size_t after);
/* The structs of items' frames. */
void gen_item_frames(struct gen *gen);
/* The struct kad_block of a step, if it is a block. */
void gen_block_constants(struct gen *gen, const struct step *step);

/* The function that returns an output of all items of `block`: "stdout_of_each_review". It
 * returns an array of type `*array`, or of the type that an earlier call has wanted; then
 * `*array` becomes that. */
const char *gen_gather(struct gen *gen, const struct step *step,
                       const struct type_field *output, const struct block *block,
                       const struct type **array);

/* ---- Places of a workflow (gen_place.c) ------------------------------------------------ */

/* "STEP_FIX_TESTS". */
const char *gen_step_name(const struct gen *gen, const struct step *step);

/* Whether the workflow is divided into groups; see gen_machine.c. */
bool gen_is_large(const struct gen *gen);

/* Where its entry in the table of steps is: "&steps[STEP_FIX_TESTS]"; of a large workflow
 * "info_of(STEP_FIX_TESTS)". */
const char *gen_step_info_at(const struct gen *gen, const struct step *step);

/* Whether steps are inside, and the index of the next step that is not. */
bool gen_has_inside(const struct step *step);
size_t gen_step_after(const struct step *step);

/* The innermost forEach that the step is in, or NULL. */
const struct block *gen_for_each_of(const struct step *step);
/* The outermost forEach that the step is in and `reader` is not; NULL: none. The reader
 * sees an array of what its items have left. */
const struct block *gen_gathered_over(const struct step *step,
                                      const struct step *reader);

/* The frame that holds a step's outputs: its struct; its variable in the function that is
 * being written: "f", "file"; the variable of an item. */
const char *gen_frame_struct(const struct gen *gen, const struct step *step);
const char *gen_frame(const struct gen *gen, const struct step *step);
const char *gen_item(const struct gen *gen, const struct block *block);

/* The step's member in its struct; from the frame: "checks.lint"; its outputs:
 * "checks.outputs". */
const char *gen_step_member(const struct gen *gen, const struct step *step);
const char *gen_step_path(const struct gen *gen, const struct step *step);
const char *gen_outputs_path(const struct gen *gen, const struct step *step);

/* Where a step's outputs are: "f->fix_tests", and their struct; NULL: it has none. */
const char *gen_step_outputs(const struct gen *gen, const struct step *step);
const char *gen_step_struct(const struct gen *gen, const struct step *step);

/* Where the parameters are: "f->trigger". */
const char *gen_trigger(const struct gen *gen);

/* The type that the frame holds an output with: optional where a failure may leave it
 * unset, whatever the output's own type says. */
const struct type *gen_stored_type(const struct gen *gen, const struct step *step,
                                   const struct type_field *output);

/* The member of the step's outputs that holds it. */
const char *gen_output_member(const struct gen *gen, const struct step *step,
                              const struct type_field *output);

/* gen_hand.c: the table of what a person gives; and whether there is one. */
bool gen_has_hand(const struct workflow *workflow);
void gen_put_hand(struct gen *gen);

/* "order_": how the names of a workflow's things begin; the mark of a keyword's name is not
 * needed inside longer names. */
const char *gen_workflow_prefix(struct arena *arena, const struct workflow *workflow);

#endif
