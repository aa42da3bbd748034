/* finding.h: what diag.c has collected, for diag_text.c and diag_machine.c. */
#ifndef KADC_FINDING_H
#define KADC_FINDING_H

#include <jansson.h>
#include <stdio.h>

#include "base/vec.h"
#include "diag.h"

struct name_index;

/* A note, or a stop of a path. */
struct finding_place {
    struct span span;
    struct str text;
};

struct finding_help {
    struct str text;
    bool has_edit;
    struct edit edit;
    bool is_certain;
};

struct finding {
    enum diag_code code;
    enum diag_level level; /* set when it is printed: options may come after findings */
    size_t order;          /* of arrival */
    struct span span;
    struct str message;
    struct str subject; /* with its file; absent: like no other */
    VEC(const struct finding *)
    others; /* in a report: the same subject, further down */
    struct str label;
    VEC(struct finding_place) notes;
    struct str path_heading;
    VEC(struct finding_place) stops;
    VEC(struct finding_help) helps;
    const struct expectation *expected; /* in a report: why it is not shown */
};

/* `# kadc: expect(CODE) reason` */
struct expectation {
    struct span range; /* of which it is about */
    enum diag_code code;
    struct span place;
    struct str reason;
    bool is_met;
};

/* diag_expected.c: sets `expected` of each finding, and what expectations are met. */
void expectations_match(struct expectation *expectations, size_t expectation_count,
                        struct finding *const *findings, size_t finding_count);

/* How many of the other places of a finding are shown to people. */
enum { FINDING_OTHERS_SHOWN = 5 };

/* The findings that are switched on, sorted by file and place; of those with the same
 * subject only the first, which has the others. */
struct report {
    struct arena *arena;
    struct finding *const *findings;
    size_t count;
    struct finding *const *suppressed; /* the expected ones, in order of arrival */
    size_t suppressed_count;
    size_t error_count;
    size_t warning_count;
    size_t fixable_count; /* findings with a certain edit */
    size_t file_count;
    struct diag_style style;
};

void diag_text_print(const struct report *report, FILE *out);
void diag_short_print(const struct report *report, FILE *out);
void diag_json_print(const struct report *report, FILE *out);
void diag_sarif_print(const struct report *report, FILE *out);
void diag_github_print(const struct report *report, FILE *out);

/* No more findings of this file are kept. */
bool diag_is_full(const struct diags *diags);
/* Made once for each list of names; they have to stay where they are. */
const struct name_index *diag_name_index(struct diags *diags, struct names names);

/* "2 errors, 1 warning in 3 files; 1 can be fixed with --fix"; nothing without
 * findings. */
void diag_summary_print(const struct report *report, FILE *out);

/* From what a finding says and the text of its line, not where that line is: it stays
 * the same when lines above come and go. */
struct str diag_fingerprint(struct arena *arena, const struct finding *finding);

/* Text that is not UTF-8 (a file's name) is cleaned, as JSON can't hold it. */
json_t *diag_json_text(struct arena *arena, struct str text);

/* `text` without what a terminal would obey: control characters, broken UTF-8 and bidi
 * controls become U+FFFD. */
struct str diag_clean(struct arena *arena, struct str text);
/* Whether it would replace the character at `at`; *len is the character's length. */
bool diag_is_unprintable(struct str text, size_t at, size_t *len);

#endif
