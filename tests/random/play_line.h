/* play_line.h: a play while it goes on: workflows, their lines and blocks. */
#ifndef TESTS_RANDOM_PLAY_LINE_H
#define TESTS_RANDOM_PLAY_LINE_H

#include "play.h"
#include "scope.h"

struct trouble {
    const char *code, *step; /* NULL: none */
};

enum line_state { WAITS, OPEN, WELL, FAILED, CANCELLED, SKIPPED };

struct inside;
struct game;

/* A line of steps at work, and the attempt that it is at. */
struct running {
    struct game *game;
    struct inside *block; /* that it is a branch of; NULL: the workflow's own */
    const struct line *line;
    struct frame *frame;
    enum line_state state;
    bool is_cancelled;     /* it ends when what is under way has */
    struct trouble error;  /* first failure that nothing in it has recovered from */
    struct trouble around; /* the same around the block when that started */

    const struct step *step;
    unsigned visit, attempt;
    struct attempt *row;
    const char *inputs;
    struct trouble error_before;
    struct scripted answer;  /* of an action, when it will be over */
    struct value items;      /* of a forEach */
    bool *when;              /* of a parallel */
    struct value *arguments; /* of a call */
    struct inside *inner;    /* that is at work; or NULL */
    struct game *child;      /* likewise */
};

/* One attempt of a block. */
struct inside {
    struct running *owner;
    struct running **lines;
    size_t count, started;
    bool is_decided, is_success;
    bool is_over;
};

/* One execution of a workflow. */
struct game {
    struct table *table;
    const struct flow *flow;
    const struct value *parameters;
    const char *place;      /* "", or where in the other workflows it was called */
    struct running *caller; /* in the other workflow; or NULL */
    struct running *main;
    bool is_completed;
    const char *outputs; /* JSON */
    struct value output_values[FIELD_COUNT];
};

/* What all executions of a play share. */
struct table {
    struct arena *arena;
    struct play *play;
    const struct script *script;
    VEC(struct running *) flights; /* actions that are under way */
    VEC(struct visits *) visits;
};

/* How an attempt ends. */
struct ending {
    bool is_success;
    const char *status;    /* of the row */
    const char *code;      /* NULL: no failure */
    struct trouble handed; /* a failure inside of a block that succeeds */
    bool has_outputs;
    struct value outputs[FIELD_COUNT];
};

struct running *running_new(struct game *game, struct inside *block,
                            const struct line *line, struct frame *frame);
void running_start(struct running *line);
/* The attempt is over. */
void running_finish(struct running *line, const struct ending *ending);
/* What it is at is the last. */
void running_cancel(struct running *line);
/* That has ended, without a result if `ending` is NULL: so does the line. */
void running_stop(struct running *line, const struct ending *ending);
/* Its block, and all inside, is as if it had never run. */
void running_forget(struct running *line);

struct scope running_scope(const struct running *line);

/* A child of the line's step, or the whole (caller NULL). */
struct game *game_new(struct table *table, const struct flow *flow, const char *place,
                      struct running *caller, const struct value *parameters);

/* ---- play_block.c --------------------------------------------------------------------- */

/* What the block computes before it starts; false: a fault. */
bool inside_prepare(struct running *line);
void inside_start(struct running *line);
/* A line of it has ended. */
void inside_look(struct inside *block);
/* Nothing new starts in it. */
void inside_cancel(struct inside *block);
bool inside_is_too_large(const struct running *line);

#endif
