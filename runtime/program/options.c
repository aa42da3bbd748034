/* options.c: see options.h. The engine's options are one table; what is in none of its rows
 * is a parameter. */
#include "program/options.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

#include "base/buf.h"
#include "base/vec.h"
#include "program/parameters.h"

/* A word is a value that is not empty. */
enum takes { TAKES_NOTHING, TAKES_VALUE, TAKES_WORD, TAKES_OPTIONAL_VALUE };
enum when { ALWAYS, AFTER_RESUME, AFTER_BATCH };

/* Modes that an option goes with. */
enum modes {
    RUN = 1 << MODE_RUN,
    RESUME = 1 << MODE_RESUME,
    BATCH = 1 << MODE_BATCH,
    STATUS = 1 << MODE_STATUS,
    DESCRIBE = 1 << MODE_DESCRIBE,
    GRAPH = 1 << MODE_GRAPH,
    HELP = 1 << MODE_HELP,
    VERSION = 1 << MODE_VERSION
};

enum { CONCURRENCY_DEFAULT = 16, CONCURRENCY_MAX = 100000 };

struct option_row {
    const char *name;
    enum takes takes;
    void (*set)(struct options *options, const char *value);
    enum when when;
    unsigned modes;
};

static void set_mode(struct options *options, enum mode mode, const char *execution)
{
    options->mode = mode;
    options->execution = execution;
}

static void set_answer(struct options *options, enum answer_kind kind)
{
    options->answer_count++;
    options->answer.kind = kind;
}

static void set_resume(struct options *options, const char *value)
{
    set_mode(options, MODE_RESUME, value);
}

static void set_batch(struct options *options, const char *value)
{
    set_mode(options, MODE_BATCH, NULL);
    options->batch = value;
}

static void set_concurrency(struct options *options, const char *value)
{
    options->concurrency = value;
}

static void set_status(struct options *options, const char *value)
{
    set_mode(options, MODE_STATUS, value);
}

static void set_describe(struct options *options, const char *value)
{
    set_mode(options, MODE_DESCRIBE, value);
}

static void set_graph(struct options *options, const char *value)
{
    set_mode(options, MODE_GRAPH, NULL);
    options->graph_name = value ? value : "text";
}

static void set_help(struct options *options, const char *value)
{
    set_mode(options, MODE_HELP, value);
}

static void set_version(struct options *options, const char *value)
{
    set_mode(options, MODE_VERSION, value);
}

static void set_upgrade(struct options *options, const char *value)
{
    (void)value;
    options->is_upgrade = true;
}

static void set_retry(struct options *options, const char *value)
{
    (void)value;
    set_answer(options, ANSWER_RETRY);
}

static void set_skip(struct options *options, const char *value)
{
    (void)value;
    set_answer(options, ANSWER_SKIP);
}

static void set_fail(struct options *options, const char *value)
{
    (void)value;
    set_answer(options, ANSWER_FAIL);
}

static void set_step(struct options *options, const char *value)
{
    options->answer.step = value;
}

static void set_from(struct options *options, const char *value)
{
    set_answer(options, ANSWER_FROM);
    options->answer.from = value;
}

static void set_outputs(struct options *options, const char *value)
{
    options->answer.outputs = value;
}

static void set_outcome(struct options *options, const char *value)
{
    options->answer.outcome = value;
}

static void set_choice(struct options *options, const char *value)
{
    set_answer(options, ANSWER_CHOICE);
    options->answer.choice = value;
}

static void set_comment(struct options *options, const char *value)
{
    options->answer.comment = value;
}

static void set_database(struct options *options, const char *value)
{
    options->database = value;
}

static void set_key(struct options *options, const char *value)
{
    options->key = value;
}

static void set_json(struct options *options, const char *value)
{
    (void)value;
    options->is_json = true;
}

static void set_verbose(struct options *options, const char *value)
{
    (void)value;
    options->is_verbose = true;
}

static void set_quiet(struct options *options, const char *value)
{
    (void)value;
    options->is_quiet = true;
}

static void set_relaxed(struct options *options, const char *value)
{
    (void)value;
    options->is_relaxed = true;
}

static void set_no_wait(struct options *options, const char *value)
{
    (void)value;
    options->leaves_waits = true;
}

static void set_detach(struct options *options, const char *value)
{
    (void)value;
    options->detaches = true;
}

static const struct option_row rows[] = {
#define OPTION(name, takes, set, when, modes) {"--" name, takes, set, when, modes},
#include "program/option_list.def"
#undef OPTION
    {"-h", TAKES_NOTHING, set_help, ALWAYS, HELP},
};

enum { ROW_COUNT = sizeof(rows) / sizeof(rows[0]) };
static_assert(ROW_COUNT <= 64, "options.given has a bit for each");

static bool counts(const struct options *options, enum when when)
{
    switch (when) {
    case ALWAYS: return true;
    case AFTER_RESUME: return options->mode == MODE_RESUME;
    case AFTER_BATCH: return options->mode == MODE_BATCH;
    }
    kad_unreachable();
}

static const struct option_row *row_find(const struct options *options, struct str name)
{
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (str_is(name, rows[i].name) && counts(options, rows[i].when))
            return &rows[i];
    return NULL;
}

void options_names(struct arena *arena, struct option_names *names)
{
    for (size_t i = 0; i < ROW_COUNT; i++)
        vec_push(arena, names, str_of(rows[i].name));
}

const char *options_opener(struct str option)
{
    static const char *const openers[] = {
        [ALWAYS] = NULL, [AFTER_RESUME] = "--resume", [AFTER_BATCH] = "--batch"};

    for (size_t i = 0; i < ROW_COUNT; i++)
        if (str_is(option, rows[i].name))
            return openers[rows[i].when];
    return NULL;
}

/* ---- One argument ------------------------------------------------------------------- */

static uint64_t bit_of(const struct option_row *row)
{
    return UINT64_C(1) << (row - rows);
}

static bool was_given(const struct options *options, const struct option_row *row)
{
    return options->given & bit_of(row);
}

static void read_option(struct arguments *arguments, struct options *options,
                        const struct option_row *row, const char *value)
{
    if (row->takes == TAKES_NOTHING && value) {
        arguments_error(arguments, "%s takes no value", row->name);
        return;
    }
    if (!value && (row->takes == TAKES_VALUE || row->takes == TAKES_WORD) &&
        !(value = arguments_next(arguments))) {
        arguments_error(arguments, "%s needs a value", row->name);
        return;
    }
    if (row->takes == TAKES_WORD && !*value)
        arguments_error(arguments, "the value of %s is empty", row->name);
    if (value && was_given(options, row))
        arguments_error(arguments, "%s is given twice", row->name);
    options->given |= bit_of(row);
    row->set(options, value); /* what is meant is clear all the same */
}

static void read_argument(struct arguments *arguments, struct options *options,
                          struct parameters *parameters, const char *argument)
{
    const char *equals = strchr(argument, '=');
    const struct str name =
        equals ? (struct str){argument, (size_t)(equals - argument)} : str_of(argument);
    const struct option_row *row = row_find(options, name);

    if (row)
        read_option(arguments, options, row, equals ? equals + 1 : NULL);
    else if (str_is(name, "-p"))
        parameters_read_pair(parameters,
                             equals ? equals + 1 : arguments_next(arguments));
    else if (str_starts_with(name, S("--")))
        parameters_read(parameters, name, equals ? equals + 1 : NULL);
    else if (!strcmp(argument, "true") || !strcmp(argument, "false"))
        arguments_error(arguments,
                        "`%s` is no option; booleans are given as --name, --no-name or "
                        "--name=%s",
                        argument, argument);
    else
        arguments_error(arguments,
                        "`%s` is no option; parameters are given as "
                        "--name VALUE",
                        argument);
}

/* ---- What belongs together ---------------------------------------------------------- */

static void read_concurrency(struct arguments *arguments, struct options *options)
{
    options->concurrency_count = CONCURRENCY_DEFAULT;
    if (options->concurrency &&
        (!str_count(str_of(options->concurrency), CONCURRENCY_MAX,
                    &options->concurrency_count) ||
         !options->concurrency_count))
        arguments_error(arguments, "--concurrency takes a number from 1 to %d",
                        CONCURRENCY_MAX);
}

/* The option that chooses the mode; a new execution needs none. */
static const char *mode_text(enum mode mode)
{
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (rows[i].when == ALWAYS && rows[i].modes == 1U << mode && mode != MODE_RUN)
            return rows[i].name;
    return "a new execution";
}

/* What would be read and then ignored is a mistake. */
static void check_mode(struct arguments *arguments, const struct options *options)
{
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (was_given(options, &rows[i]) && !(rows[i].modes & 1U << options->mode))
            arguments_error(arguments, "%s does not go with %s", rows[i].name,
                            mode_text(options->mode));
}

static void check_together(struct arguments *arguments, struct options *options)
{
    check_mode(arguments, options);
    if (options->answer_count > 1)
        arguments_error(arguments,
                        "give one of --retry, --skip, --fail, --choice and --from");
    if (options->answer.outputs && options->answer.kind != ANSWER_SKIP)
        arguments_error(arguments, "--outputs goes with --skip");
    if (options->answer.outcome && options->answer.kind != ANSWER_SKIP)
        arguments_error(arguments, "--outcome goes with --skip");
    if (options->answer.step &&
        (options->answer.kind == ANSWER_NONE || options->answer.kind == ANSWER_FROM))
        arguments_error(arguments,
                        "--step goes with --retry, --skip, --fail and --choice");
    if (options->answer.comment && options->answer.kind != ANSWER_CHOICE)
        arguments_error(arguments, "--comment goes with --choice");
    if (options->is_quiet && options->is_verbose)
        arguments_error(arguments, "give one of --quiet and --verbose");
    if (options->mode == MODE_GRAPH &&
        !graph_format_find(options->graph_name, &options->graph_format))
        arguments_error(arguments, "--graph draws text, dot or mermaid, not `%s`",
                        options->graph_name);
}

bool options_read(struct arena *arena, const struct kad_workflow *workflow, int argc,
                  char **argv, FILE *err, struct options *options)
{
    struct arguments arguments = {
        .arena = arena, .program = workflow->id, .rest = argv + 1, .err = err};
    struct parameters parameters;
    const char *argument;

    *options = (struct options){.mode = MODE_RUN};
    parameters_init(&parameters, &arguments, workflow);
    if (argc > 0)
        while ((argument = arguments_next(&arguments)))
            read_argument(&arguments, options, &parameters, argument);
    check_together(&arguments, options);
    if (options->mode == MODE_BATCH)
        read_concurrency(&arguments, options);
    if (options->mode == MODE_RUN) {
        options->parameters = parameters_finish(&parameters);
        options->stored_parameters =
            parameters_stored(&parameters, options->parameters);
        options->input_text = parameters.input_text;
    } else if (parameters.is_given && options->mode != MODE_HELP) {
        arguments_error(&arguments, options->mode == MODE_BATCH
                                        ? "the parameters of a batch are in its file"
                                        : "parameters belong to a new execution");
    }
    parameters_release(&parameters);
    if (options->mode == MODE_HELP || arguments.error_count == 0)
        return true;
    fprintf(err, "wf-%s: --help lists what there is\n", workflow->id);
    return false;
}

/* ---- Arguments ---------------------------------------------------------------------- */

const char *arguments_next(struct arguments *arguments)
{
    return *arguments->rest ? *arguments->rest++ : NULL;
}

void arguments_error(struct arguments *arguments, const char *format, ...)
{
    va_list args;

    if (arguments->place)
        fprintf(arguments->err, "%s: ", arguments->place);
    else
        fprintf(arguments->err, "wf-%s: ", arguments->program);
    va_start(args, format);
    vfprintf(arguments->err, format, args);
    va_end(args);
    fputc('\n', arguments->err);
    arguments->error_count++;
}
