/* mutants.h: valid workflows with one fault put in, and what kadc should say of each.
 *
 * An operator knows one kind of fault: it looks at the tree of a valid file and makes a
 * mutant for each place where the fault can be. A mutant is a list of edits of the text,
 * the codes of which one is right, and the places of which one is right. A harmless
 * operator makes edits after which nothing new may be found. */
#ifndef KADC_MUTANTS_H
#define KADC_MUTANTS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/vec.h"
#include "diag.h"
#include "doc.h"

enum { EDITS_MAX = 60, CODES_MAX = 6, PLACES_MAX = 24, NO_STEP = -1 };

/* ---- A valid file --------------------------------------------------------------------- */

/* What stands behind a key of the language, or behind a name that the author chose. */
struct slot {
    const struct node *map, *key, *value;
    const struct slot *parent; /* whose value holds the map; NULL: the root */
    size_t index;              /* in the map */
    bool is_named;             /* the key is the author's: an input, a branch, ... */
    int step;                  /* the nearest step around it, or NO_STEP */
};

struct step_site {
    const struct node *map, *list, *id;
    size_t index; /* in the list */
    int parent;   /* the block around it, or NO_STEP */
};

/* `{{ ... }}`: bytes [start, end) between the braces, without blanks. */
struct use {
    const struct slot *slot; /* the nearest one around it */
    const struct node *scalar;
    uint32_t start, end;
    int step;
    bool is_whole; /* nothing else is in the scalar */
};

/* A scalar that names a step to go to. */
struct target {
    const struct slot *slot;
    const struct node *value;
    int step; /* whose route it is */
    int to;   /* the step that is named, or NO_STEP: an end */
};

struct subject {
    struct arena *arena;
    const char *path;
    const struct source *source;
    const struct node *root;
    VEC(struct slot *) slots;
    VEC(struct step_site) steps;
    VEC(struct use) uses;
    VEC(struct target) targets;
};

bool subject_read(struct arena *arena, const char *path, struct subject *subject);
struct str subject_text(const struct subject *s, uint32_t start, uint32_t end);
bool slot_is(const struct slot *slot, const char *key);
bool slot_is_in(const struct slot *slot, const char *parent_key);
const struct slot *slot_of_step(const struct subject *s, int step, const char *key);
int step_find(const struct subject *s, struct str id);
bool node_is_flow(const struct node *node);
bool node_is_literal(const struct node *node); /* a scalar without expressions */
/* The module's action of a step from its manifest, or NULL. */
const struct node *action_of_step(const struct subject *s, int step);
/* The entry of that name in a list of {name: ...}, or NULL. */
const struct node *entry_find(const struct node *list, struct str name);

/* ---- A mutant ------------------------------------------------------------------------- */

struct text_edit {
    uint32_t start, end;
    struct str text;
};

/* A byte of the old text, or of the new text of an edit. */
struct expected_place {
    int edit; /* -1: of the old text */
    uint32_t at;
};

struct operator;

struct mutant {
    const struct subject *subject;
    const struct operator* made_by;
    struct text_edit edits[EDITS_MAX];
    size_t edit_count;
    enum diag_code codes[CODES_MAX];
    size_t code_count;
    struct expected_place places[PLACES_MAX];
    size_t place_count;
};

struct mutants {
    struct arena *arena;
    const struct operator* operator;
    VEC(struct mutant *) all;
};

/* How far a fault reaches. REACH_LOCAL: what its own step says; REACH_GRAPH: the paths
 * through other steps, too: one of them in a file is enough; REACH_ALONE: nothing more is
 * read after it. */
enum reach { REACH_LOCAL, REACH_GRAPH, REACH_ALONE };

struct operator
{
    const char *name;
    void (*make)(const struct subject *s, struct mutants *out);
    enum reach reach;
};

extern const struct operator structure_operators[], name_operators[], graph_operators[],
    expr_operators[], effect_operators[], schedule_operators[], harmless_operators[];

struct mutant *mutant_new(const struct subject *s, struct mutants *out);
void mutant_code(struct mutant *m, enum diag_code code);
void mutant_replace(struct mutant *m, uint32_t start, uint32_t end, struct str text);
void mutant_replace_node(struct mutant *m, const struct node *node, const char *text);
void mutant_expect(struct mutant *m, uint32_t at);
void mutant_expect_new(struct mutant *m, uint32_t offset); /* in the latest edit */
/* false: it is the only key. */
bool mutant_delete_slot(struct mutant *m, const struct slot *slot);
/* A key behind the last one of the map; it is the expected place. */
void mutant_insert(struct mutant *m, const struct node *map, const char *text);
/* An item behind the last one of a flow list of words. */
void mutant_append(struct mutant *m, const struct node *list, const char *text);

/* The usual one: a node's new text, expected there with the code. */
void mutant_simple(const struct subject *s, struct mutants *out,
                   const struct node *node, const char *text, enum diag_code code);

/* Something like it, that a did-you-mean finds; `turn` chooses how. */
struct str misspelt(struct arena *arena, struct str name, size_t turn);

/* The text with the edits, and the line of an expected place in it. */
struct str mutant_text(struct arena *arena, const struct mutant *m);
uint32_t mutant_line(const struct mutant *m, struct str text, size_t place);

#endif
