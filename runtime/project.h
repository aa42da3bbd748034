/* project.h: which project a program works for, and where its state lives.
 *
 * A project's root is the nearest folder upward that holds `.kad`, else the git root.
 * State is beside the database: `.kad/` for the default file, `FILE.d/` for --db FILE
 * or KAD_DB. */
#ifndef KAD_PROJECT_H
#define KAD_PROJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/* All paths absolute, in the arena. */
struct project {
    const char *root;
    const char *database;
    const char *state; /* folder of locks, logs/, builds/, asks/, config.yaml, bin/ */
    bool is_named;     /* the database, by --db or KAD_DB */
};

/* `db_option` from --db, or NULL (then KAD_DB counts). NULL, or an error text that
 * names the remedy ("run `kad init`"). Makes nothing. */
const char *project_find(struct arena *arena, const char *db_option,
                         struct project *project);

/* Why nothing can be kept there: paths stand in JSON, in what the programs of steps are told
 * and in what --json prints. NULL: it can. */
const char *project_path_problem(struct arena *arena, const char *path);

/* Where the state of a database is, which is named by an absolute path. */
const char *database_state(struct arena *arena, const char *database);

/* Makes the state folder (0700) with its .gitignore, if need be. NULL or an error. */
const char *project_prepare(struct arena *arena, const struct project *project);

/* Makes a folder and its parents (0700). false: errno. */
bool make_folders(struct arena *arena, const char *path);

/* The step, with its item, of the key EXECUTION/STEP[3]/VISIT/ATTEMPT. */
struct str step_of_key(const char *key);

/* STATE/logs/EXECUTION/STEP.VISIT.ATTEMPT.SUFFIX, of the key EXECUTION/STEP/VISIT/ATTEMPT; NULL:
 * it is no key. */
const char *key_file(struct arena *arena, const struct project *project,
                     const char *key, const char *suffix);

/* A new execution id: 16 characters of Crockford's base32, lower case. The first of a series is
 * random, and those after it count on in its last characters: what one process begins stands
 * side by side in every index of the store. A series starts as {0}, and has one thread. */
enum { EXECUTION_ID_LEN = 16, ID_COUNTED_LEN = 6 };
struct id_series {
    char last[EXECUTION_ID_LEN + 1]; /* empty: none has been drawn */
};
const char *execution_id_new(struct arena *arena, struct id_series *series);

/* "2026-01-31T08:15:30.123Z" and back. Years 0 to 9999; what is outside is clamped. */
enum { TIME_TEXT_SIZE = 25 };
void time_write(int64_t unix_ms, char text[TIME_TEXT_SIZE]);
const char *time_text(struct arena *arena, int64_t unix_ms);
int64_t time_parse(const char *text); /* -1: it is none */
int64_t time_now_ms(void);

/* Who runs this process, for the record: a login name, or a number. */
const char *user_name(struct arena *arena);

#endif
