/* cmd_list.c: kad workflow list: the workflows that can be run here, each with the last
 * execution. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "commands.h"
#include "config.h"
#include "document.h"
#include "kad/errors.h"
#include "programs.h"
#include "session.h"
#include "words.h"

/* A line of the list. Texts are never NULL. */
struct line {
    const char *id, *version, *name;
    const char *execution; /* or "" */
    const char *status;
};

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

/* Its YAML file, which may not compile yet, or what the program says; NULL: it cannot be
 * read at all. */
static json_t *describe(struct session *session, const struct program *program)
{
    const char *error;

    if (!program->is_own)
        return program_definition(session->cli, program);
    return yaml_load(session->cli->arena,
                     arena_printf(session->cli->arena, "%s/workflows/%s.yaml",
                                  session->project.root, program->id),
                     &error);
}

static enum store_error line_of(struct session *session, const struct program *program,
                                struct line *line)
{
    struct arena *arena = session->cli->arena;
    json_t *about = describe(session, program);
    struct execution_row *last;
    size_t count;
    const enum store_error error = session->journal->ops->list(
        session->journal, arena, program->id, 1, &last, &count);
    pid_t owner;

    *line = (struct line){
        .id = program->id,
        .version = str_copy(arena, str_of(text_of(about, "version"))),
        .name = about ? str_copy(arena, str_of(text_of(about, "name")))
                      : arena_printf(arena, "(see kad build %s)", program->id),
        .execution = "",
        .status = "",
    };
    json_decref(about);
    if (error == STORE_OK && count > 0) {
        line->execution = last->id;
        line->status = report_status_name(&session->report, last, &owner);
    }
    return error;
}

/* Cut at the terminal's edge. */
static void print_line(const struct session *session, int id_width,
                       const struct line *line)
{
    struct arena *arena = session->cli->arena;
    const char *text =
        arena_printf(arena, "%-*s  %-8s  %-16s  %-11s  %s", id_width, line->id,
                     line->version, line->execution, line->status, line->name);

    puts(line_words(arena, text, session->report.columns));
}

static const char *or_dash(const char *text)
{
    return *text ? text : "-";
}

static void print_lines(const struct session *session, const struct line lines[],
                        size_t count)
{
    static const struct line heading = {"WORKFLOW", "VERSION", "NAME", "LAST RUN",
                                        "STATUS"};
    int id_width = (int)strlen(heading.id);

    for (size_t i = 0; i < count; i++)
        if ((int)strlen(lines[i].id) > id_width)
            id_width = (int)strlen(lines[i].id);
    print_line(session, id_width, &heading);
    for (size_t i = 0; i < count; i++) {
        const struct line line = {lines[i].id, or_dash(lines[i].version), lines[i].name,
                                  or_dash(lines[i].execution),
                                  or_dash(lines[i].status)};

        print_line(session, id_width, &line);
    }
}

static json_t *text_or_null(const char *text)
{
    return *text ? json_string(text) : json_null();
}

/* Returns the exit code. */
static int print_json(const struct line lines[], size_t count)
{
    json_t *all = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            all, json_pack("{s:s, s:s, s:s, s:o, s:o}", "id", lines[i].id, "version",
                           lines[i].version, "name", lines[i].name, "lastExecution",
                           text_or_null(lines[i].execution), "lastStatus",
                           text_or_null(lines[i].status)));
    return document_print(json_pack("{s:o}", "workflows", all), KAD_EXIT_COMPLETED);
}

static int list(struct session *session)
{
    struct programs programs;
    struct line *lines;
    enum store_error error = STORE_OK;

    if (!programs_list(session->cli, &session->project, &programs))
        return KAD_EXIT_USAGE;
    lines = arena_array(session->cli->arena, struct line, programs.count);
    for (size_t i = 0; i < programs.count && error == STORE_OK; i++)
        error = line_of(session, &programs.items[i], &lines[i]);
    if (error == STORE_OK && session->cli->is_json)
        return print_json(lines, programs.count);
    if (error == STORE_OK)
        print_lines(session, lines, programs.count);
    return session_exit(session, error, "");
}

int cmd_list(struct cli *cli)
{
    const struct arg_rules rules = {
        .details = "The project's own workflows, then those that come with kad.\n"
                   "`kad workflow status` lists executions.",
    };
    struct session session;
    int exit_code;

    if (!args_read(cli, &rules, &exit_code) || !session_open(&session, cli, &exit_code))
        return exit_code;
    exit_code = list(&session);
    session_close(&session);
    return exit_code;
}
