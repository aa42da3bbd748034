/* model.h: a random workflow, as the tests think of it: made from a seed, written as YAML, and
 * played by a small interpreter of its own.
 *
 * Nothing here knows kadc or the engine. Of the project's code only runtime/base/ (memory and
 * text) is used, so that a rule which is wrong there can't be wrong here in the same way. */
#ifndef TESTS_RANDOM_MODEL_H
#define TESTS_RANDOM_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/vec.h"

/* ---- Chance -------------------------------------------------------------------------- */

/* splitmix64: the same numbers everywhere. */
struct dice {
    uint64_t state;
};

uint64_t dice_next(struct dice *dice);
/* From 0 to below `count`. */
size_t dice_below(struct dice *dice, size_t count);
/* True `percent` times in a hundred. */
bool dice_chance(struct dice *dice, unsigned percent);
/* A number that depends on all of the text, and on the seed. */
uint64_t dice_hash(uint64_t seed, const char *text);

/* ---- Values -------------------------------------------------------------------------- */

enum base { INTEGER, BOOLEAN, TEXT };

/* `depth`: how many arrays are around the base; `has_holes`: innermost items may be null. */
struct kind {
    enum base base;
    unsigned depth;
    bool has_holes;
};

struct value {
    bool is_set;
    int64_t integer; /* INTEGER, BOOLEAN */
    const char *text;
    const struct value *items;
    size_t count;
};

/* JSON text. */
void value_write(struct buf *buf, struct kind kind, struct value value);

/* ---- Expressions --------------------------------------------------------------------- */

enum op {
    LITERAL,
    TRIGGER,    /* trigger.P */
    OUTPUT,     /* steps.S.outputs.O */
    STATUS,     /* steps.S.status */
    ATTEMPTS,   /* steps.S.attempts */
    ERROR_CODE, /* steps.S.error.code: optional */
    FLOW_STATUS,
    FLOW_ERROR_CODE, /* workflow.error.code: optional */
    FLOW_ERROR_STEP,
    ITEM,  /* of the forEach `step` */
    INDEX, /* of the innermost forEach */
    LIST,  /* [a, b] */
    NOT,
    NEGATE,
    AND,
    OR,
    EQUAL,
    NOT_EQUAL,
    LESS,
    LESS_EQUAL,
    MORE,
    MORE_EQUAL,
    IN,
    ADD,
    SUBTRACT,
    MULTIPLY,
    QUOTIENT, /* round(a / b) */
    MODULO,
    CHOICE,  /* a ? b : c */
    DEFAULT, /* a ?? b */
    LENGTH,
    CONTAINS,
    STARTS_WITH,
    ENDS_WITH,
    LOWER,
    UPPER,
    TRIM,
    REPLACE,
    SPLIT,
    JOIN,
    FORMAT, /* of all operands */
    MIN,
    MAX,
    FIRST, /* optional */
    LAST,  /* optional */
    AT,    /* a[b]: optional */
    TO_JSON,
    MIXED /* text with expressions in it; only as a whole value */
};

enum { OPERANDS_MAX = 4 };

struct step;

struct tree {
    enum op op;
    struct kind kind; /* of its value */
    bool is_constant; /* nothing of the run is in it */
    struct value literal;
    unsigned index;          /* TRIGGER, OUTPUT: which */
    const struct step *step; /* OUTPUT, STATUS, ATTEMPTS, ERROR_CODE, ITEM */
    const struct tree *operands[OPERANDS_MAX];
    unsigned count;
};

struct flow;

/* As it stands between {{ and }}. */
void tree_write(struct buf *buf, const struct flow *flow, const struct tree *tree);

/* ---- Steps --------------------------------------------------------------------------- */

enum target { TO_STEP, TO_COMPLETE, TO_FAIL, TO_CASES };

/* Where an outcome leads. TO_CASES: the first case whose condition holds, else `otherwise`
 * (NULL: it completes). */
struct route {
    enum target target;
    const struct step *step;
    bool is_switch; /* one case can be written as `condition`, too */
    struct {
        const struct tree *when;
        struct route *then;
    } cases[3];
    unsigned case_count;
    struct route *otherwise;
};

enum step_kind { ACTION, ROUTE, PARALLEL, FOR_EACH, CALL };

/* Of the module `probe`. */
enum action { ACT, CHOOSE, KEEP, ACTION_COUNT };

/* What each action takes, all optional, and gives. */
enum { NUMBER, FLAG, LABEL, NAMES, FIELD_COUNT };
extern const char *const field_names[FIELD_COUNT];
extern const struct kind field_kinds[FIELD_COUNT];
extern const char *const action_names[ACTION_COUNT];

enum { OUTCOME_COUNT = 3, CODE_COUNT = 3 };
extern const char *const outcome_names[OUTCOME_COUNT]; /* of CHOOSE */
extern const char *const failure_codes[CODE_COUNT]; /* that an action raises itself */

enum mode { ALL, ANY, SETTLE, AT_LEAST };

struct line;

struct retry {
    unsigned max_attempts; /* 0: there is none */
    bool is_limited;       /* only the codes below, or (`is_not`) all but them */
    bool is_not;
    bool codes[CODE_COUNT + 1]; /* the last one: timed_out */
};

struct output {
    struct kind kind;
    const char *name;
};

struct step {
    char id[8];
    unsigned index; /* in the flow */
    enum step_kind kind;
    enum action action;
    struct line *line; /* that it belongs to */
    const struct tree *inputs[FIELD_COUNT];
    struct route *on_success, *on_failure, *on_timeout; /* NULL: not written */
    struct route *on_outcome[OUTCOME_COUNT];
    bool by_outcome; /* on_outcome counts, not on_success */
    bool is_bounded;
    unsigned max_retries;
    struct retry retry;
    bool recovers;

    /* Blocks: */
    enum mode mode;
    unsigned at_least;
    struct line **branches; /* FOR_EACH: one */
    unsigned branch_count;
    const struct tree *items;
    unsigned max_items, concurrency; /* 0: not written */
    const char *as;                  /* NULL: `item` */
    struct flow *callee;
    const struct tree **arguments; /* one for each of its parameters; NULL: left out */
};

/* Steps that follow each other: those of the workflow, of a branch, of an item. */
struct line {
    const char *name;        /* of a branch */
    struct step *block;      /* that it is in; NULL: the workflow's own */
    const struct tree *when; /* NULL: always */
    VEC(struct step *) steps;
};

struct parameter {
    const char *name;
    struct kind kind;
    bool is_optional;
    struct value preset; /* its default; not set: none */
};

enum { STEPS_MAX = 40 };

struct flow {
    struct arena *arena;
    char id[24];
    uint64_t seed;
    VEC(struct parameter) parameters;
    struct line main;
    struct step *steps[STEPS_MAX]; /* all of them */
    unsigned step_count;
    struct {
        const char *name;
        const struct tree *value;
    } outputs[3];
    unsigned output_count;
};

/* What a step leaves: of an action, a block, or a child workflow. */
unsigned step_output_count(const struct step *step);
struct output step_output(const struct step *step, unsigned i);
/* The innermost forEach that the step is in; NULL: none. */
const struct step *step_loop(const struct step *step);
/* Whether `inner` is somewhere inside of the block. */
bool step_is_inside(const struct step *inner, const struct step *block);

/* ---- Making and writing --------------------------------------------------------------- */

/* What is wrong with a workflow, on purpose. */
enum flaw { SOUND, ENDLESS_LOOP, UNSET_VALUE };

/* Blocks that may be in it; a call makes another workflow, see flow->steps[i]->callee. */
enum { WITH_PARALLEL = 1, WITH_FOR_EACH = 2, WITH_CALL = 4, SMALL = 8 };

/* NULL: this seed makes no workflow that can have the flaw. */
struct flow *flow_new(struct arena *arena, const char *id, uint64_t seed,
                      unsigned blocks, enum flaw flaw);
void flow_write(struct buf *yaml, const struct flow *flow);

#endif
