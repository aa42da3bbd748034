/* errors.h: exit codes of every kad program, and the failure codes of the engine.
 *
 * A module's own failure codes are listed in its manifest (`errors`); these are the ones that
 * the engine raises, for any step. Names, never numbers, go to disk. */
#ifndef KAD_ERRORS_H
#define KAD_ERRORS_H

enum kad_exit {
    KAD_EXIT_COMPLETED = 0,
    KAD_EXIT_FAILED = 1,
    KAD_EXIT_USAGE = 2,   /* bad options, parameters, unknown execution, no project */
    KAD_EXIT_WAITING = 3, /* paused or waiting: a later resume goes on */
    KAD_EXIT_CANCELLED = 4,
    KAD_EXIT_HELD = 5, /* another process runs this execution */
    KAD_EXIT_BUG = 70,
    KAD_EXIT_STORE = 74 /* the store can't be read or written */
};

/* X(enum, name in YAML and in rows, what it says) */
#define KAD_FAILURE_CODES(X)                                                           \
    X(RETRIES_EXHAUSTED, "retries_exhausted", "the step may not run again")            \
    X(BUDGET_EXHAUSTED, "budget_exhausted", "the workflow's budget is used up")        \
    X(TIMED_OUT, "timed_out", "the step ran past its deadline")                        \
    X(EXIT_STATUS, "exit_status", "the program ended with another exit status")        \
    X(SIGNAL, "signal", "the program was ended by a signal")                           \
    X(SPAWN_FAILED, "spawn_failed", "the program could not be started")                \
    X(BAD_OUTPUT, "bad_output", "the answer is not what the manifest declares")        \
    X(OUTPUT_TOO_LARGE, "output_too_large", "the outputs are larger than 16 MiB")      \
    X(LIMIT_CPU, "limit_cpu", "a program has used its CPU time")                       \
    X(LIMIT_OUTPUT, "limit_output", "a program has written more than it may")          \
    X(LIMIT_PROCESSES, "limit_processes", "a program has started too many processes")  \
    X(LIMIT_UNAVAILABLE, "limit_unavailable", "a limit can't be kept on this machine") \
    X(FAILED_BY_ROUTE, "failed_by_route", "a route led to $fail")                      \
    X(ABORTED_BY_USER, "aborted_by_user", "a person said that it failed")              \
    X(INTERRUPTED, "interrupted", "the engine ended while the step was running")       \
    X(EXPRESSION, "expression", "an expression has no value")                          \
    X(BAD_INPUT, "bad_input", "an input is not what the manifest declares")            \
    X(BAD_CONFIG, "bad_config", ".kad/config.yaml is not usable")                      \
    X(BRANCH_FAILED, "branch_failed", "a branch or an item of the block has failed")   \
    X(CHILD_FAILED, "child_failed", "the workflow that it called has not completed")   \
    X(TOO_MANY_ITEMS, "too_many_items", "the array has more items than `max`")         \
    X(UNEXPLAINED, "unexplained", "the action failed without saying why")

enum kad_failure_code {
#define KAD_FAILURE_ENUM(name, text, about) KAD_FAILURE_##name,
    KAD_FAILURE_CODES(KAD_FAILURE_ENUM)
#undef KAD_FAILURE_ENUM
        KAD_FAILURE_CODE_COUNT
};

/* "timed_out", and its explanation. */
const char *kad_failure_name(enum kad_failure_code code);
const char *kad_failure_text(enum kad_failure_code code);

#endif
