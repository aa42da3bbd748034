/* diag.h: findings about the author's files: collected, sorted, printed once.
 *
 * A finding is made by diag_report, its level comes from diag.def; it may be followed by a
 * subject, notes, a path and helps, which belong to the latest finding:
 *
 *     diag_report(diags, name->span, KAD0207, "there is no module `%.*s`", STR(name->text));
 *     diag_subject(diags, "module `%.*s`", STR(name->text));
 *     diag_did_you_mean(diags, name->span, name->text, module_names);
 *
 * Messages are lower case, without a full stop, names in backticks; they say what is wrong,
 * helps say how to mend it. The codes are listed in diag.def, their rules in docs. */
#ifndef KADC_DIAG_H
#define KADC_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/arena.h"
#include "source.h"

/* KAD0101, KAD0102, ...: one for each line of diag.def. */
enum diag_code {
#define DIAG(code, slug, level, title) code,
#include "diag.def"
#undef DIAG
    DIAG_CODE_COUNT
};

enum diag_level { DIAG_OFF, DIAG_NOTE, DIAG_WARNING, DIAG_ERROR };

enum diag_format { DIAG_TEXT, DIAG_SHORT, DIAG_JSON, DIAG_SARIF, DIAG_GITHUB };

struct diags; /* opaque: holds the findings of one compilation */

struct diags *diags_new(struct arena *arena);

/* At most so many findings in a file: 1301 says that there are more. */
enum { FINDINGS_MAX = 10000 };

/* A finding with the level of its code. Two findings with the same code, place and message
 * are one. Notes, paths and helps that follow a finding which was dropped are dropped too. */
void diag_report(struct diags *diags, struct span span, enum diag_code code,
                 const char *format, ...) __attribute__((format(printf, 4, 5)));

/* What the latest finding is about. Findings in one file that have the same subject are one
 * mistake: it is shown at its first place, and the other places are listed there. */
void diag_subject(struct diags *diags, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What to write under the underline of the latest finding ("read here"). */
void diag_label(struct diags *diags, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A second place, with its own excerpt. A span without a source gives a note alone. */
void diag_note(struct diags *diags, struct span span, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A numbered stop of a path: after the heading, a line "--> file:line:col  (n) text" each. */
void diag_path(struct diags *diags, const char *heading);
void diag_path_stop(struct diags *diags, struct span span, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void diag_help(struct diags *diags, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A help with an edit: replace `span` by `text`. `is_certain`: --fix may apply it. */
void diag_fix(struct diags *diags, struct span span, const char *text, bool is_certain,
              const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Candidates for "did you mean": names that are valid at that place. */
struct names {
    const struct str *items;
    size_t count;
};

/* Adds "did you mean" for `wrong` (restricted Damerau-Levenshtein distance of at most
 * max(3, length) / 3; the nearest, three at most), else nothing. The one good candidate is
 * an edit of `span`, in which quotes round `wrong` stay. Returns its index, so that the
 * caller can go on as if it had been written, or -1. */
ptrdiff_t diag_did_you_mean(struct diags *diags, struct span span, struct str wrong,
                            struct names candidates);

/* Its two halves: the candidates at the smallest distance, the first of them and how many
 * there are; and the help. diag_nearest is for names of which a file may have very many: they
 * are indexed once, so they have to stay where they are as long as `diags`. */
enum { NEAREST_SHOWN = 3 };
struct nearest {
    size_t shown[NEAREST_SHOWN];
    size_t count;
};
struct nearest names_nearest(struct str wrong, struct names candidates);
struct nearest diag_nearest(struct diags *diags, struct str wrong,
                            struct names candidates);
void diag_suggest(struct diags *diags, struct span span, struct str wrong,
                  struct names candidates, const struct nearest *nearest);

/* Changes the level of one code (-W, -A, -E); false: it can't be switched off. */
bool diag_set_level(struct diags *diags, enum diag_code code, enum diag_level level);
void diag_warnings_are_errors(struct diags *diags);

/* A comment expects findings of a code that begin in `range`; `place`: where it says the
 * code. Such findings are not shown, but counted; that there are none is a 0117. */
void diag_expect(struct diags *diags, struct span range, enum diag_code code,
                 struct span place, struct str reason);
/* Not what stays an error, nor what is about security. */
bool diag_may_be_expected(enum diag_code code);

size_t diag_error_count(struct diags *diags);
size_t diag_warning_count(struct diags *diags);

/* What --fix does to one file: the certain edits, in the order of their places. Of two that
 * overlap only the first is there. */
struct edit {
    struct span span; /* to be replaced by `text` */
    struct str text;
};

struct edits {
    struct edit *items;
    size_t count;
};

struct edits diag_certain_edits(struct diags *diags, const struct source *source);

/* Forgets all findings; levels stay as they were set. */
void diags_clear(struct diags *diags);

/* Prints everything, sorted by file and place, and the last line with the counts.
 * `file_count`: how many files were checked. `columns`: width of the terminal, 0: none. */
struct diag_style {
    enum diag_format format;
    bool has_color;
    unsigned columns;
};
void diag_print(struct diags *diags, FILE *out, struct diag_style style,
                size_t file_count);

/* "KAD0301" or "unreachable-step" to the code; -1 when there is none. */
int diag_code_find(struct str code_or_slug);
const char *diag_code_name(enum diag_code code);
/* "error", "warning", "note". */
const char *diag_level_name(enum diag_level level);
const char *diag_code_slug(enum diag_code code);

#endif
