/* doctor.h: the parts of `kad doctor`: what is looked at, and what was found.
 *
 * Nothing is changed by looking: no folder is made, no store is brought up to date. */
#ifndef KAD_DOCTOR_H
#define KAD_DOCTOR_H

#include "base/vec.h"
#include "cli.h"

enum finding_result {
    FINDING_OK,
    FINDING_NOTE, /* kad works, but for what the text names */
    FINDING_PROBLEM,
};

struct finding {
    const char *name;
    enum finding_result result;
    const char *text;
    const char *remedy; /* NULL when it is ok */
};

struct doctor {
    struct cli *cli;
    VEC(struct finding) findings;
};

void doctor_ok(struct doctor *doctor, const char *name, const char *text);
void doctor_note(struct doctor *doctor, const char *name, const char *text,
                 const char *remedy);
void doctor_problem(struct doctor *doctor, const char *name, const char *text,
                    const char *remedy);

/* kadc, the C compiler and libkad, git, SQLite, time zones, limits of this machine. */
void doctor_check_machine(struct doctor *doctor);
/* The project here, its settings, agent, secrets and store. */
void doctor_check_project(struct doctor *doctor);

#endif
