/* step.h: what a module's C functions may do while they run a step.
 *
 * A module implements one function for each action of its manifest:
 *
 *     enum kad_outcome testing_run_tests(struct kad_step *step,
 *                                        const struct testing_run_tests_inputs *in,
 *                                        struct testing_run_tests_outputs *out);
 *
 * `in` lives as long as the call; `out` is zeroed, and what it points to must come from
 * kad_alloc, kad_printf, kad_json_* or a literal. KAD_SUCCESS: every required output is set.
 * Everything here is called from the step's own thread only. */
#ifndef KAD_STEP_H
#define KAD_STEP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kad/errors.h"
#include "kad/value.h"

#define KAD_MUST_USE __attribute__((warn_unused_result))
#define KAD_PRINTF(text, args) __attribute__((__format__(__printf__, text, args)))

struct kad_step; /* one attempt of one step; opaque */

enum kad_outcome {
    KAD_SUCCESS,
    KAD_FAILURE, /* said with kad_fail, or by the function that returned it */
    KAD_TIMEOUT, /* the deadline has passed */
    KAD_LATER    /* not over: interrupted, or parked for a person; just return it */
};

/* ---- Who and where ------------------------------------------------------------------ */

const char *kad_step_id(const struct kad_step *step);
const char *kad_step_execution(const struct kad_step *step);
/* EXECUTION/STEP/VISIT/ATTEMPT: the same after a crash; for the module's deduplication. */
const char *kad_step_key(const struct kad_step *step);
uint32_t kad_step_visit(const struct kad_step *step);   /* from 1 */
uint32_t kad_step_attempt(const struct kad_step *step); /* from 1 */
/* Absolute folder in which the step works. */
const char *kad_step_workspace(const struct kad_step *step);
/* Absolute folder beside the database for the execution's own files; exists. */
const char *kad_step_folder(struct kad_step *step);
/* Absolute path of the database; FILE-wal, FILE.d/ and so on are beside it. */
const char *kad_step_database(const struct kad_step *step);
/* Unix time; 0: no deadline. */
int64_t kad_step_deadline_ms(const struct kad_step *step);

/* ---- Memory and text ---------------------------------------------------------------- */

/* Zeroed, as long as the step's outputs are read. Never NULL. */
void *kad_alloc(struct kad_step *step, size_t size);
char *kad_printf(struct kad_step *step, const char *format, ...) KAD_PRINTF(2, 3);
/* A copy of `len` bytes; bytes that are not UTF-8 become U+FFFD, NUL too. */
char *kad_copy(struct kad_step *step, const char *text, size_t len);
/* Checks and compacts JSON text; false: it is none. */
KAD_MUST_USE bool kad_json_parse(struct kad_step *step, const char *text, size_t len,
                                 struct kad_json *json);
/* JSON of a described value, and back. `decode` returns NULL or, in the step's memory, what
 * is wrong: "failures[3].line: expected integer, found string". */
struct kad_json kad_json_encode(struct kad_step *step, const struct kad_type *type,
                                const void *value);
KAD_MUST_USE const char *kad_json_decode(struct kad_step *step,
                                         const struct kad_type *type,
                                         struct kad_json json, void *value);

/* ---- Saying things ------------------------------------------------------------------ */

/* A line in the step's log file (and on the terminal with --verbose). */
void kad_log(struct kad_step *step, const char *format, ...) KAD_PRINTF(2, 3);
/* What it is doing now, for the progress display; also logged. */
void kad_progress(struct kad_step *step, const char *format, ...) KAD_PRINTF(2, 3);
/* States the step's failure; the last one counts. Returns KAD_FAILURE. */
enum kad_outcome kad_fail(struct kad_step *step, const char *code, const char *format,
                          ...) KAD_PRINTF(3, 4);

/* ---- Programs ----------------------------------------------------------------------- */

enum { KAD_OUTPUT_MAX = 16 * 1024 * 1024, KAD_TAIL_MAX = 64 * 1024 };

/* The outputs of a step as JSON, and so what a program answers; larger than that is failure
 * `output_too_large`. What is larger belongs in a file, whose name is given on. */
enum { KAD_OUTPUTS_MAX = 16 * 1024 * 1024 };

struct kad_program {
    const char *const *argv; /* NULL-terminated; argv[0] is found in PATH */
    const char *cwd;         /* NULL: the workspace */
    const char *const *env;  /* NULL-terminated "NAME=value" added; or NULL */
    const char *stdin_text;  /* or NULL: /dev/null */
    size_t stdin_len;
    bool is_quiet;  /* its output is not copied to the step's log */
    size_t out_max; /* bytes of its output that are wanted; 0: KAD_OUTPUT_MAX */
};

struct kad_output {
    int exit_code; /* -1: ended by `signal` */
    int signal;
    const char *out; /* NUL-terminated; at most the program's out_max bytes */
    size_t out_len;
    const char *err; /* the last KAD_TAIL_MAX bytes */
    size_t err_len;
    bool is_cut; /* there was more of `out` */
};

/* Runs a program and waits until it ends or the step's deadline passes.
 *
 * No shell. The child and all it starts are one group, killed as a whole when it ends, on
 * timeout, on cancel, and when this process dies. Output is streamed to the step's log.
 *
 * KAD_SUCCESS whatever the exit status, see output->exit_code. KAD_FAILURE: was not started,
 * said with `spawn_failed`. KAD_TIMEOUT: killed at the deadline. KAD_LATER: interrupted. */
KAD_MUST_USE enum kad_outcome kad_exec(struct kad_step *step,
                                       const struct kad_program *program,
                                       struct kad_output *output);

/* Absolute path of what a program of this name, started in the workspace, would be; or NULL. */
const char *kad_find_program(struct kad_step *step, const char *name);

/* ---- The agent ---------------------------------------------------------------------- */

/* Asks the configured agent, which works in the workspace, and waits for its answer.
 *
 *   prompt       Markdown; the JSON Schema of the answer is added.
 *   answer_type  an object type; the answer is checked against it and asked again, with the
 *                errors, twice.
 *   answer       of that type, in the step's memory.
 *
 * KAD_FAILURE: said, with `agent_failed` or `bad_answer`. KAD_TIMEOUT: the deadline.
 * KAD_LATER: interrupted, or no agent is there and the question is left for a person in
 * asks/KEY/: just return it. */
KAD_MUST_USE enum kad_outcome kad_ask(struct kad_step *step, const char *prompt,
                                      const struct kad_type *answer_type, void *answer);

/* Whether an earlier run of this key left its question for a person: what has been done in
 * the workspace since then is theirs, not the remains of a crash. */
bool kad_ask_is_parked(struct kad_step *step);

/* ---- Settings ----------------------------------------------------------------------- */

/* A top-level key of the project's .kad/config.yaml; text NULL: not set. KAD_FAILURE: the
 * file is not usable, said with `bad_config`. */
KAD_MUST_USE enum kad_outcome kad_setting(struct kad_step *step, const char *name,
                                          struct kad_json *value);

#endif
