/* define.h: a workflow as `kad workflow define` asks for it and writes it.
 *
 *     stdin, line by line -> struct draft (define_ask.c) -> YAML (define_write.c)
 *
 * Texts are in the arena of the command. What a draft says is not checked here: kadc does. */
#ifndef KAD_DEFINE_H
#define KAD_DEFINE_H

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/vec.h"

/* "plan" and how it is written in YAML: a quoted text, a number, JSON. */
struct draft_value {
    const char *name;
    const char *yaml;
};

struct draft_values {
    struct draft_value *items;
    size_t count, capacity;
};

struct draft_parameter {
    const char *name, *type;
    const char *value; /* its default as YAML, or NULL: it must be given */
};

struct draft_step {
    const char *id;
    const char *module, *action; /* module NULL: it runs a program */
    struct draft_values inputs;
    VEC(const char *) argv;
    const char *on_success; /* a target; NULL: the next step */
    const char *on_failure;
};

struct draft {
    const char *id, *name, *description; /* description: perhaps empty */
    VEC(struct draft_parameter) parameters;
    VEC(struct draft_step) steps;
    struct draft_values outputs;
};

/* Asks on stderr, reads stdin. `workflows`: the folder, in which no file is replaced;
 * `modules`: what `kadc --emit=modules` prints. false: the input ended before the questions. */
bool define_ask(struct arena *arena, const char *workflows, const json_t *modules,
                struct draft *draft);

/* The file. */
struct str define_write(struct arena *arena, const struct draft *draft);

/* A text as YAML: as it is, or in double quotes where it might be read as something else. */
const char *define_quote(struct arena *arena, const char *text);

#endif
