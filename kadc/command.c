/* command.c: see command.h. It knows the interpreters that scripts are written for; of other
 * programs it takes for granted only that what begins with `-` is an option before `--`. */
#include "command.h"

#include <string.h>

/* How an interpreter takes its code and what stands around it. */
enum habit {
    HABIT_SHELL,  /* the first argument behind the options; data follows */
    HABIT_ENDS,   /* the value of an option; data follows */
    HABIT_SCRIPT, /* so, but options may follow; else its first argument names a file */
    HABIT_CLIENT, /* so, but no argument of it is a file */
    HABIT_FILTER, /* its first argument is code, unless an option has given it */
    HABIT_REMOTE, /* all that follows its first argument, the host */
};

struct interpreter {
    const char *name;    /* "python" is also "python3" and "python3.12" */
    const char *letters; /* of options whose value is code */
    const char *valued;  /* of options whose value is another argument, and data */
    const char *option;  /* the long one for code, or NULL */
    enum habit habit;
};

static const struct interpreter interpreters[] = {
    {"sh", "c", "oO", NULL, HABIT_SHELL},
    {"bash", "c", "oO", NULL, HABIT_SHELL},
    {"dash", "c", "oO", NULL, HABIT_SHELL},
    {"zsh", "c", "oO", NULL, HABIT_SHELL},
    {"ksh", "c", "oO", NULL, HABIT_SHELL},
    {"ash", "c", "oO", NULL, HABIT_SHELL},
    {"fish", "cC", "dDof", "--command", HABIT_ENDS},
    {"su", "c", "gGsTw", "--command", HABIT_CLIENT},
    {"python", "c", "WXQ", NULL, HABIT_ENDS},
    {"pypy", "c", "WXQ", NULL, HABIT_ENDS},
    {"node", "ep", "rC", "--eval", HABIT_SCRIPT},
    {"nodejs", "ep", "rC", "--eval", HABIT_SCRIPT},
    {"ruby", "e", "rICEW", NULL, HABIT_SCRIPT},
    {"perl", "eE", "I", NULL, HABIT_SCRIPT},
    {"php", "r", "cdzStT", "--run", HABIT_SCRIPT},
    {"lua", "e", "l", NULL, HABIT_SCRIPT},
    {"Rscript", "e", "", NULL, HABIT_SCRIPT},
    {"osascript", "e", "ls", NULL, HABIT_SCRIPT},
    {"pwsh", "c", "", "-Command", HABIT_ENDS},
    {"powershell", "c", "", "-Command", HABIT_ENDS},
    {"psql", "c", "dfhpUvPFRTLo", "--command", HABIT_CLIENT},
    {"mysql", "e", "huPDS", "--execute", HABIT_CLIENT},
    {"awk", "", "vF", NULL, HABIT_FILTER},
    {"gawk", "e", "vF", "--source", HABIT_FILTER},
    {"mawk", "", "vF", NULL, HABIT_FILTER},
    {"jq", "", "", NULL, HABIT_FILTER},
    {"sed", "e", "", "--expression", HABIT_FILTER},
    {"ssh", "", "BbcDEeFIiJLlmOopQRSWw", NULL, HABIT_REMOTE},
};

/* Long options of them whose value is the next argument. */
static const char *const valued_options[] = {
    "--rcfile",     "--init-file", "--require", "--import",   "--loader",
    "--conditions", "--host",      "--port",    "--username", "--user",
    "--database",   "--dbname",    "--shell",   "--group",    "--field-separator",
};

/* A program that runs the program among its arguments. */
struct wrapper {
    const char *name;
    const char *valued; /* letters, as of interpreters */
};

static const struct wrapper wrappers[] = {
    {"env", "uC"},     {"sudo", "ugCDhprtTU"}, {"doas", "uC"},  {"nice", "n"},
    {"nohup", ""},     {"timeout", "ks"},      {"time", "fo"},  {"xargs", "aEdILnPs"},
    {"docker", ""},    {"podman", ""},         {"kubectl", ""}, {"setsid", ""},
    {"stdbuf", "ioe"}, {"chroot", ""},         {"busybox", ""}, {"flock", "wE"},
    {"unshare", ""},   {"parallel", "j"},      {"watch", "n"},
};

/* Programs to which no option is worse than another text. */
static const char *const harmless[] = {"echo", "printf", "true", "false"};

static const struct wrapper *wrapper_find(struct str name)
{
    for (size_t i = 0; i < sizeof(wrappers) / sizeof(wrappers[0]); i++)
        if (str_is(name, wrappers[i].name))
            return &wrappers[i];
    return NULL;
}

static bool is_among(struct str name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_is(name, names[i]))
            return true;
    return false;
}

#define AMONG(name, names) is_among(name, names, sizeof(names) / sizeof((names)[0]))

static struct str base_name(struct str path)
{
    size_t start = path.len;
    while (start > 0 && path.p[start - 1] != '/')
        start--;
    return str_part(path, start, path.len);
}

static bool is_version(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.p[i] != '.' && (text.p[i] < '0' || text.p[i] > '9'))
            return false;
    return true;
}

static const struct interpreter *interpreter_find(struct str path)
{
    const struct str name = base_name(path);
    for (size_t i = 0; i < sizeof(interpreters) / sizeof(interpreters[0]); i++) {
        const struct str known = str_of(interpreters[i].name);
        if (name.len >= known.len && str_equal(str_part(name, 0, known.len), known) &&
            is_version(str_part(name, known.len, name.len)))
            return &interpreters[i];
    }
    return NULL;
}

/* ---- Heads --------------------------------------------------------------------------- */

struct str template_head(const struct template *value)
{
    const struct expr *expr;
    if (value->is_literal)
        return value->node->text;
    if (value->part_count == 0)
        return (struct str){0};
    expr = value->parts[0].expr;
    if (!expr)
        return value->parts[0].text;
    while (expr->kind == EXPR_BINARY && expr->op == OP_ADD)
        expr = expr->left;
    if (expr->kind == EXPR_TEXT)
        return expr->text;
    /* JSON is no option but where it is a number, and numbers are taken for harmless. */
    return expr->kind == EXPR_CALL && str_is(expr->text, "toJson") ? S("{")
                                                                   : (struct str){0};
}

/* `-`, `--`, `--no-`: the rest decides which option it is; `--to=` and `-C` have decided. */
static bool is_open_option(struct str head)
{
    if (head.len == 0)
        return true;
    if (head.p[0] != '-' || memchr(head.p, '=', head.len))
        return false;
    return head.len == 1 || head.p[1] == '-';
}

/* ---- Reading ------------------------------------------------------------------------- */

/* `+o` is an option of shells. */
static bool is_option(struct str text)
{
    return str_starts_with(text, S("-")) || str_starts_with(text, S("+"));
}

/* `-o`, `-euo`, `+o`: a bundle of letters whose last one may want a value. */
static bool ends_in_letter(struct str text, const char *letters)
{
    return text.len >= 2 && is_option(text) && text.p[1] != '-' &&
           strchr(letters, text.p[text.len - 1]) != NULL;
}

/* `-c`, `-ec`, `--command`: the next argument is code. */
static bool is_code_option(const struct interpreter *interpreter, struct str text)
{
    if (interpreter->option && str_is(text, interpreter->option))
        return true;
    return ends_in_letter(text, interpreter->letters);
}

/* `--eval=`, `-c`, with the code in the same argument. */
static bool holds_code(const struct interpreter *interpreter, struct str head)
{
    const struct str option =
        str_of(interpreter->option ? interpreter->option : "--none");
    if (head.len > option.len && str_starts_with(head, option) &&
        head.p[option.len] == '=')
        return true;
    return head.len >= 2 && head.p[0] == '-' && head.p[1] != '-' &&
           strchr(interpreter->letters, head.p[1]) != NULL;
}

/* A program is named, by itself or behind one that runs others. */
static bool program_read(struct command_reader *reader, struct str text, bool is_first)
{
    const struct interpreter *interpreter = interpreter_find(text);
    if (!interpreter || reader->interpreter || (!is_first && !reader->wrapper))
        return false;
    reader->interpreter = interpreter;
    reader->is_data = reader->is_program_next = false;
    return true;
}

/* How many arguments behind an option are its values, and data. */
static size_t values_of(const char *valued, struct str option)
{
    if (str_is(option, "--arg") || str_is(option, "--argjson"))
        return 2;
    return ends_in_letter(option, valued) || AMONG(option, valued_options);
}

/* Whether an option is one of the interpreter's: not behind `--`, its code or its script. */
static bool takes_options(const struct command_reader *reader)
{
    const enum habit habit = reader->interpreter->habit;
    return !reader->is_data &&
           (!reader->has_script || habit == HABIT_CLIENT || habit == HABIT_FILTER);
}

/* What a wrapper is told before the name of the program: options, `NAME=value` of env, the
 * seconds of timeout. */
static bool is_of_wrapper(struct str text)
{
    return is_option(text) || (text.len && text.p[0] >= '0' && text.p[0] <= '9') ||
           (text.len && memchr(text.p, '=', text.len));
}

static void interpreted_read(struct command_reader *reader, struct str text)
{
    const struct interpreter *interpreter = reader->interpreter;
    const enum habit habit = interpreter->habit;
    if (str_is(text, "--")) {
        reader->is_data = habit != HABIT_FILTER && habit != HABIT_REMOTE;
    } else if (takes_options(reader)) {
        reader->is_code_next = is_code_option(interpreter, text);
        if (!reader->is_code_next)
            reader->value_count = values_of(interpreter->valued, text);
        reader->has_script |= !is_option(text);
    }
}

static void literal_read(struct command_reader *reader, struct str text, bool is_first)
{
    if (is_first) {
        reader->wrapper = wrapper_find(base_name(text));
        reader->is_program_next = reader->wrapper != NULL;
        reader->is_data = AMONG(base_name(text), harmless);
    }
    if (program_read(reader, text, is_first) || is_first)
        return;
    if (reader->is_program_next && is_of_wrapper(text))
        reader->value_count = values_of(reader->wrapper->valued, text);
    else if (reader->interpreter)
        interpreted_read(reader, text);
    else
        reader->is_data |= str_is(text, "--");
    reader->is_program_next &= is_of_wrapper(text);
}

/* Code, and what it is given behind it, of which it makes what it likes. */
static void code_pass(struct command_reader *reader)
{
    const enum habit habit = reader->interpreter->habit;
    reader->is_code_next = false;
    reader->has_code = true;
    reader->has_script |= habit != HABIT_SCRIPT;
    reader->is_data = habit == HABIT_SHELL || habit == HABIT_ENDS;
}

/* `sh -c -e CODE`: the code of a shell is what follows all its options. */
static bool is_before_code(struct command_reader *reader, const struct template *value)
{
    if (reader->interpreter->habit != HABIT_SHELL || !value->is_literal ||
        !is_option(value->node->text))
        return false;
    reader->value_count = values_of(reader->interpreter->valued, value->node->text);
    return true;
}

/* An argument that is made of values, for an interpreter. */
static enum argument_use interpreted_use(struct command_reader *reader, struct str head)
{
    const struct interpreter *interpreter = reader->interpreter;
    const enum habit habit = interpreter->habit;
    const bool is_argument = !str_starts_with(head, S("-"));
    if (!is_argument ? holds_code(interpreter, head)
                     : !reader->has_script && habit == HABIT_FILTER) {
        code_pass(reader);
        return ARGUMENT_CODE;
    }
    reader->has_script |= is_argument;
    if (is_argument && !reader->has_code && habit != HABIT_CLIENT &&
        habit != HABIT_REMOTE && habit != HABIT_FILTER)
        return ARGUMENT_PROGRAM;
    return is_open_option(head) ? ARGUMENT_OPTION : ARGUMENT_DATA;
}

static enum argument_use template_use(struct command_reader *reader,
                                      const struct template *value)
{
    const struct str head = template_head(value);
    if (reader->is_program_next && !is_of_wrapper(head)) {
        reader->is_program_next = false;
        return ARGUMENT_PROGRAM;
    }
    if (reader->interpreter && reader->interpreter->habit == HABIT_REMOTE &&
        reader->has_script)
        return ARGUMENT_REMOTE;
    if (reader->interpreter && takes_options(reader))
        return interpreted_use(reader, head);
    return reader->is_data || !is_open_option(head) ? ARGUMENT_DATA : ARGUMENT_OPTION;
}

enum argument_use command_next(struct command_reader *reader)
{
    const bool is_first = reader->next == 0;
    const struct template *value = reader->run->args[reader->next++]->scalar;
    if (!value)
        return ARGUMENT_DATA;
    if (reader->value_count > 0) {
        reader->value_count--;
        return ARGUMENT_DATA;
    }
    if (reader->is_code_next && is_before_code(reader, value))
        return ARGUMENT_DATA;
    if (reader->is_code_next) {
        code_pass(reader);
        return ARGUMENT_CODE;
    }
    if (value->is_literal) {
        literal_read(reader, value->node->text, is_first);
        return ARGUMENT_DATA;
    }
    return is_first ? ARGUMENT_PROGRAM : template_use(reader, value);
}

bool command_reads_code(const struct command_reader *reader)
{
    return reader->interpreter && !reader->has_script && !reader->has_code &&
           reader->interpreter->habit != HABIT_FILTER;
}
