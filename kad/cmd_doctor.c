/* cmd_doctor.c: kad doctor: whether everything is there that kad needs, and what to do
 * where it is not. */
#include <stdio.h>

#include "base/terminal.h"
#include "commands.h"
#include "doctor.h"
#include "document.h"
#include "kad/errors.h"

static const char *const result_names[] = {
    [FINDING_OK] = "ok",
    [FINDING_NOTE] = "note",
    [FINDING_PROBLEM] = "problem",
};

static void add(struct doctor *doctor, struct finding finding)
{
    vec_push(doctor->cli->arena, &doctor->findings, finding);
}

void doctor_ok(struct doctor *doctor, const char *name, const char *text)
{
    add(doctor, (struct finding){name, FINDING_OK, text, NULL});
}

void doctor_note(struct doctor *doctor, const char *name, const char *text,
                 const char *remedy)
{
    add(doctor, (struct finding){name, FINDING_NOTE, text, remedy});
}

void doctor_problem(struct doctor *doctor, const char *name, const char *text,
                    const char *remedy)
{
    add(doctor, (struct finding){name, FINDING_PROBLEM, text, remedy});
}

static size_t problem_count(const struct doctor *doctor)
{
    size_t count = 0;

    for (size_t i = 0; i < doctor->findings.count; i++)
        count += doctor->findings.items[i].result == FINDING_PROBLEM;
    return count;
}

static int print_json(const struct doctor *doctor, int exit_code)
{
    json_t *checks = json_array();

    for (size_t i = 0; i < doctor->findings.count; i++) {
        const struct finding *finding = &doctor->findings.items[i];

        json_array_append_new(checks,
                              json_pack("{s:s, s:s, s:o, s:o}", "name", finding->name,
                                        "result", result_names[finding->result], "text",
                                        document_text(finding->text), "remedy",
                                        document_text(finding->remedy)));
    }
    return document_print(json_pack("{s:o, s:I}", "checks", checks, "problems",
                                    (json_int_t)problem_count(doctor)),
                          exit_code);
}

static void print_text(const struct doctor *doctor)
{
    static const char *const colors[] = {
        [FINDING_OK] = "\033[32m",
        [FINDING_NOTE] = "\033[33m",
        [FINDING_PROBLEM] = "\033[31m",
    };
    const bool has_color = terminal_look(1).has_color;
    const size_t problems = problem_count(doctor);

    for (size_t i = 0; i < doctor->findings.count; i++) {
        const struct finding *finding = &doctor->findings.items[i];

        printf("%s%-7s%s  %-8s  %s\n", has_color ? colors[finding->result] : "",
               result_names[finding->result], has_color ? "\033[0m" : "", finding->name,
               finding->text);
        if (finding->remedy)
            printf("%-7s  %-8s  -> %s\n", "", "", finding->remedy);
    }
    if (problems == 0)
        puts("\nno problems");
    else
        printf("\n%zu problem%s\n", problems, problems > 1 ? "s" : "");
}

int cmd_doctor(struct cli *cli)
{
    const struct arg_rules rules = {
        .details =
            "Each line is ok, a note (kad works, but for what it names) or a problem, "
            "with\nwhat to do. Exit 1 if there is a problem. Nothing is changed.",
    };
    struct doctor doctor = {.cli = cli};
    int exit_code;

    if (!args_read(cli, &rules, &exit_code))
        return exit_code;
    doctor_check_machine(&doctor);
    doctor_check_project(&doctor);
    exit_code = problem_count(&doctor) == 0 ? KAD_EXIT_COMPLETED : KAD_EXIT_FAILED;
    if (cli->is_json)
        return print_json(&doctor, exit_code);
    print_text(&doctor);
    return exit_code;
}
