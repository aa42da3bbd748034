/* parameters.h: a workflow's parameters from the command line, as one JSON object. */
#ifndef KAD_PROGRAM_PARAMETERS_H
#define KAD_PROGRAM_PARAMETERS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/str.h"
#include "kad/workflow.h"

/* What the workflow's command line says of a field of its parameters. */
struct kad_hand_parameter parameter_by_hand(const struct kad_workflow *workflow,
                                            size_t field);

/* The words that are still to be read, and the mistakes so far. */
struct arguments {
    struct arena *arena;
    const char *program; /* the workflow's id */
    const char *place;   /* "FILE:LINE" that they come from; NULL: the command line */
    char **rest;
    FILE *err;
    unsigned error_count;
};

/* NULL: no more. */
const char *arguments_next(struct arguments *arguments);
void arguments_error(struct arguments *arguments, const char *format, ...)
    KAD_PRINTF(2, 3);

struct parameters {
    struct arguments *arguments;
    const struct kad_type *type;              /* the trigger's: an object */
    const struct kad_hand_parameter *by_hand; /* of the workflow */
    json_t *values;
    bool *is_named; /* by field: it was there, well or badly formed */
    bool is_given;  /* at least one was */
    bool is_json;   /* they come from a file of JSON */
    /* By field: where the value of a secret one is; NULL: it is none, or not given. */
    const char **references;
    /* The one that came on standard input, and what came; or NULL. */
    const char *input_name, *input_text;
};

void parameters_init(struct parameters *parameters, struct arguments *arguments,
                     const struct kad_workflow *workflow);
void parameters_release(struct parameters *parameters);

/* `option` is "--name"; `value` what followed "=", or NULL: the next argument, if the type
 * needs one. */
void parameters_read(struct parameters *parameters, struct str option,
                     const char *value);

/* "name=value", of -p; NULL: it was missing. */
void parameters_read_pair(struct parameters *parameters, const char *pair);

/* The members of an object: {"name": value}. A secret one is a reference, but not "-". */
void parameters_read_json(struct parameters *parameters, json_t *object);

/* Checks the whole against the type, with defaults. JSON text in the arena; NULL: reported. */
const char *parameters_finish(struct parameters *parameters);

/* What that gave, as it is stored: {"$secret": "env:NAME"} where a secret is. */
const char *parameters_stored(const struct parameters *parameters,
                              const char *finished);

#endif
