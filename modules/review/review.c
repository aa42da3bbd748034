/* review.c: hands finished work to people; see module.yaml.
 *
 * create-pr commits what the execution changed since its base, on the branch
 * kad/<feature>-<end of the execution's id>, and leaves the person on that branch. What they had not
 * committed when the execution began is neither committed nor touched (commit.c); their
 * own branch stays where it was. Where gh knows the repository, the branch is pushed
 * and a pull request opened; elsewhere pull-request.md in the execution's folder is all
 * there is.
 *
 * Each part looks first whether it has been done, so that it may run again after a
 * crash. */
#include "modules/review.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "commit.h"
#include "publish.h"

enum { SLUG_MAX_LEN = 40, TITLE_MAX_LEN = 72, ID_SHOWN_LEN = 8 };

/* ---- Names and texts ------------------------------------------------------------- */

/* "Add due dates!" is "add-due-dates". */
static const char *slug_of(struct kad_step *step, const char *text)
{
    char slug[SLUG_MAX_LEN + 1];
    size_t len = 0;

    for (; *text && len < SLUG_MAX_LEN; text++) {
        if (isalnum((unsigned char)*text))
            slug[len++] = (char)tolower((unsigned char)*text);
        else if (len && slug[len - 1] != '-')
            slug[len++] = '-';
    }
    while (len && slug[len - 1] == '-')
        len--;
    return len ? kad_copy(step, slug, len) : "change";
}

/* The id's end: those of a batch begin alike. */
static const char *branch_of(struct kad_step *step, const char *feature)
{
    const char *id = kad_step_execution(step);
    const size_t len = strlen(id);

    return kad_printf(step, "kad/%s-%s", slug_of(step, feature),
                      id + (len > ID_SHOWN_LEN ? len - ID_SHOWN_LEN : 0));
}

/* The first line with text, cut at a word where it is too long. */
static const char *title_of(struct kad_step *step, const char *feature)
{
    size_t len;

    feature += strspn(feature, " \t\r\n");
    len = strcspn(feature, "\r\n");
    if (len > TITLE_MAX_LEN) {
        len = TITLE_MAX_LEN;
        while (len && feature[len] != ' ')
            len--;
        if (!len) {
            len = TITLE_MAX_LEN;
            while (((unsigned char)feature[len] & 0xc0) == 0x80)
                len--; /* not inside a character */
        }
    }
    return kad_copy(step, feature, len);
}

static const char *description_of(struct kad_step *step, const char *feature,
                                  const struct git_entries *entries)
{
    struct arena arena = {0};
    struct buf text;
    const char *copy;

    buf_init(&text, &arena);
    buf_printf(&text, "%s\n\n## Changes\n\n", feature);
    for (size_t i = 0; i < entries->count; i++) {
        const struct git_entry *entry = &entries->items[i];

        buf_printf(&text, "- `%s` (+%lld, -%lld)\n", entry->path,
                   (long long)entry->lines_added, (long long)entry->lines_removed);
    }
    buf_printf(&text, "\nMade by kad, execution %s.\n", kad_step_execution(step));
    copy = kad_copy(step, text.p, text.len);
    arena_release(&arena);
    return copy;
}

static enum kad_outcome write_description(struct kad_step *step, const char *feature,
                                          const struct git_entries *entries,
                                          const char **path)
{
    struct arena arena = {0};
    bool is_written;

    *path = kad_printf(step, "%s/pull-request.md", kad_step_folder(step));
    is_written =
        file_write(&arena, *path, str_of(description_of(step, feature, entries)));
    arena_release(&arena);
    if (is_written)
        return KAD_SUCCESS;
    return kad_fail(step, "git_failed", "%s: %s", *path, strerror(errno));
}

/* ---- The action ------------------------------------------------------------------ */

enum kad_outcome review_create_pr(struct kad_step *step,
                                  const struct review_create_pr_inputs *in,
                                  struct review_create_pr_outputs *out)
{
    struct commit commit = {
        .branch = branch_of(step, in->feature),
        .title = title_of(step, in->feature),
    };
    struct git_entries entries = {0};
    struct git git;
    enum kad_outcome outcome = git_open(step, &git);

    if (outcome == KAD_SUCCESS)
        outcome = commit_make(&git, &commit, &entries);
    if (outcome == KAD_SUCCESS)
        outcome = write_description(step, in->feature, &entries, &out->description);
    if (outcome != KAD_SUCCESS)
        return outcome;
    kad_progress(step, "committed %.*s on %s", ID_SHOWN_LEN, commit.id, commit.branch);
    out->branch = commit.branch;
    out->commit = commit.id;
    return publish(&git, &commit, out->description, &out->url);
}
