/* options.h: the command line of wf-<id>: the engine's options and the workflow's parameters.
 *
 * Parameters are typed by the workflow's trigger and given by exact name or in kebab-case
 * (`--dueDate`, `--due-date`): booleans as `--x` or `--no-x`, arrays repeated or as JSON,
 * objects as JSON or `@file`; `-p name=value` always works. All mistakes are found in one go. */
#ifndef KAD_PROGRAM_OPTIONS_H
#define KAD_PROGRAM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "definition.h"
#include "engine/engine.h"
#include "kad/workflow.h"

enum mode {
    MODE_RUN,
    MODE_RESUME,
    MODE_BATCH,
    MODE_STATUS,
    MODE_DESCRIBE,
    MODE_GRAPH,
    MODE_HELP,
    MODE_VERSION
};

struct options {
    enum mode mode;
    uint64_t given;        /* a bit for each row of options.c */
    const char *execution; /* MODE_RESUME, MODE_STATUS */
    struct answer answer;  /* MODE_RESUME */
    unsigned answer_count; /* how many answers were given */
    const char *graph_name;
    enum graph_format graph_format;
    const char *database; /* --db, or NULL */
    const char *key;
    const char *batch;       /* MODE_BATCH: the file */
    const char *concurrency; /* of --concurrency, or NULL */
    size_t concurrency_count;
    bool is_json, is_verbose, is_quiet, is_relaxed, leaves_waits;
    bool detaches;   /* MODE_RUN: in a process of its own */
    bool is_upgrade; /* MODE_RESUME: it moves to this build */
    /* MODE_RUN: a JSON object, complete and checked; and as it is stored. */
    const char *parameters, *stored_parameters;
    const char *input_text; /* of the secret that came on standard input, or NULL */
};

/* false: the mistakes have been printed to `err`, a line each; exit 2. */
bool options_read(struct arena *arena, const struct kad_workflow *workflow, int argc,
                  char **argv, FILE *err, struct options *options);

/* Names of the engine's options, for did-you-mean. */
struct option_names {
    struct str *items;
    size_t count;
    size_t capacity;
};
void options_names(struct arena *arena, struct option_names *names);
/* The option behind which alone this one counts: "--resume", "--batch"; else NULL. */
const char *options_opener(struct str option);

/* The page of --help, made from the trigger's types. */
void help_print(FILE *out, struct arena *arena, const struct kad_workflow *workflow);

/* "due-date" of "dueDate", in the arena. */
const char *option_name(struct arena *arena, const char *parameter);

#endif
