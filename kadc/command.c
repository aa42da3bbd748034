/* command.c: see command.h. It knows the interpreters that scripts are written for; of other
 * programs it takes for granted only that what begins with `-` is an option before `--`. */
#include "command.h"

#include <string.h>

struct interpreter {
    const char *name;    /* "python" is also "python3" and "python3.12" */
    const char *letters; /* of options whose value is code */
    const char *option;  /* the long one, or NULL */
    bool is_first_code;  /* its first argument that is no option is code */
};

static const struct interpreter interpreters[] = {
    {"sh", "c", NULL, false},
    {"bash", "c", NULL, false},
    {"dash", "c", NULL, false},
    {"zsh", "c", NULL, false},
    {"ksh", "c", NULL, false},
    {"ash", "c", NULL, false},
    {"fish", "c", "--command", false},
    {"su", "c", "--command", false},
    {"python", "c", NULL, false},
    {"pypy", "c", NULL, false},
    {"node", "ep", "--eval", false},
    {"nodejs", "ep", "--eval", false},
    {"ruby", "e", NULL, false},
    {"perl", "eE", NULL, false},
    {"php", "r", "--run", false},
    {"lua", "e", NULL, false},
    {"Rscript", "e", NULL, false},
    {"osascript", "e", NULL, false},
    {"pwsh", "c", "-Command", false},
    {"powershell", "c", "-Command", false},
    {"psql", "c", "--command", false},
    {"mysql", "e", "--execute", false},
    {"awk", "", NULL, true},
    {"gawk", "e", "--source", true},
    {"mawk", "", NULL, true},
    {"jq", "", NULL, true},
    {"sed", "e", "--expression", true},
};

/* Programs that run the program among their arguments. */
static const char *const wrappers[] = {
    "env",     "sudo",   "doas",    "nice",     "nohup",  "timeout", "time",
    "xargs",   "docker", "podman",  "kubectl",  "setsid", "stdbuf",  "chroot",
    "busybox", "flock",  "unshare", "parallel", "watch",
};

/* Programs to which no option is worse than another text. */
static const char *const harmless[] = {"echo", "printf", "true", "false"};

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

/* `-c`, `-ec`, `--command`: the next argument is code. */
static bool is_code_option(const struct interpreter *interpreter, struct str text)
{
    if (interpreter->option && str_is(text, interpreter->option))
        return true;
    if (text.len < 2 || text.p[0] != '-' || text.p[1] == '-')
        return false;
    return strchr(interpreter->letters, text.p[text.len - 1]) != NULL;
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
    const struct template *program = reader->run->args[0]->scalar;
    if (!interpreter || reader->interpreter)
        return false;
    if (!is_first && (!program || !program->is_literal ||
                      !AMONG(base_name(program->node->text), wrappers)))
        return false;
    reader->interpreter = interpreter;
    reader->is_data = false;
    return true;
}

/* How many arguments behind an option are its values, and data: those by which code is given
 * what it works on. */
static size_t values_of(const struct interpreter *interpreter, struct str option)
{
    if (!interpreter->is_first_code)
        return 0;
    if (str_is(option, "--arg") || str_is(option, "--argjson"))
        return 2;
    return str_is(option, "-v") || str_is(option, "-F");
}

static void literal_read(struct command_reader *reader, struct str text, bool is_first)
{
    const struct interpreter *interpreter = reader->interpreter;
    if (program_read(reader, text, is_first))
        return;
    if (is_first)
        reader->is_data = AMONG(base_name(text), harmless);
    else if (str_is(text, "--"))
        reader->is_data = !interpreter || !interpreter->is_first_code;
    else if (interpreter && !reader->has_script && !reader->is_data) {
        reader->is_code_next = is_code_option(interpreter, text);
        reader->value_count = values_of(interpreter, text);
        reader->has_script = !str_starts_with(text, S("-"));
    }
}

/* Code, and what it is given behind it, of which it makes what it likes. */
static void code_pass(struct command_reader *reader)
{
    reader->is_code_next = false;
    reader->has_script = true;
    reader->is_data = !reader->interpreter->is_first_code;
}

enum argument_use command_next(struct command_reader *reader)
{
    const bool is_first = reader->next == 0;
    const struct template *value = reader->run->args[reader->next++]->scalar;
    const struct interpreter *interpreter = reader->interpreter;
    struct str head;
    if (!value)
        return ARGUMENT_DATA;
    if (reader->value_count > 0) {
        reader->value_count--;
        return ARGUMENT_DATA;
    }
    if (reader->is_code_next) {
        code_pass(reader);
        return ARGUMENT_CODE;
    }
    if (value->is_literal) {
        literal_read(reader, value->node->text, is_first);
        return ARGUMENT_DATA;
    }
    if (is_first)
        return ARGUMENT_PROGRAM;
    head = template_head(value);
    if (interpreter && !reader->has_script && !reader->is_data) {
        const bool is_option = str_starts_with(head, S("-"));
        if (is_option ? holds_code(interpreter, head) : interpreter->is_first_code) {
            code_pass(reader);
            return ARGUMENT_CODE;
        }
        reader->has_script = !is_option;
        if (!is_option)
            return ARGUMENT_PROGRAM;
    }
    return reader->is_data || !is_open_option(head) ? ARGUMENT_DATA : ARGUMENT_OPTION;
}

bool command_reads_code(const struct command_reader *reader)
{
    return reader->interpreter && !reader->has_script &&
           !reader->interpreter->is_first_code;
}
