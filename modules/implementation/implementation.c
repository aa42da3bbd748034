/* implementation.c: changes the working tree, and takes changes back; see module.yaml.
 *
 * Two records in git (common/git.h) make that safe:
 *   refs/kad/EXECUTION/base         the tree before the execution changed anything:
 *                                   what rollback goes back to, and create-pr compares
 *                                   with
 *   refs/kad/EXECUTION/start/STEP   the tree before this step's first run: restored
 *                                   before each later run, so that none sees the
 *                                   remains of another */
#include "modules/implementation.h"

#include <string.h>

#include "common/git.h"
#include "common/prompt.h"

struct answer {
    const char *summary;
};

static const struct kad_field answer_fields[] = {
    {.name = "summary",
     .offset = offsetof(struct answer, summary),
     .type = &kad_string_type,
     .description = "What was built and how, in a few sentences."},
};

static const struct kad_type answer_type = {
    .kind = KAD_OBJECT,
    .size_bytes = sizeof(struct answer),
    .fields = answer_fields,
    .field_count = 1,
};

static const char *change_name(char status)
{
    switch (status) {
    case 'A': return "added";
    case 'D': return "deleted";
    case 'R': return "renamed";
    default: return "modified"; /* M, and T: another kind of file */
    }
}

/* The changes since `ref`, as the manifest describes them. */
static enum kad_outcome
read_changes(const struct git *git, const char *ref,
             struct implementation_implement_feature_outputs_code_changes *changes)
{
    struct implementation_implement_feature_outputs_code_changes_item *items;
    struct git_entries entries;
    const enum kad_outcome outcome = git_changes(git, ref, &entries);

    if (outcome != KAD_SUCCESS)
        return outcome;
    items = kad_alloc(git->step, (entries.count + 1) * sizeof(*items));
    for (size_t i = 0; i < entries.count; i++) {
        const struct git_entry *entry = &entries.items[i];

        items[i].path = kad_copy(git->step, entry->path, strlen(entry->path));
        items[i].change = change_name(entry->status);
        items[i].lines_added = entry->lines_added;
        items[i].lines_removed = entry->lines_removed;
    }
    changes->items = items;
    changes->count = entries.count;
    return KAD_SUCCESS;
}

static enum kad_outcome ask_for_code(struct kad_step *step, struct kad_json plan,
                                     struct answer *answer)
{
    const char *prompt = kad_printf(
        step,
        "# Build a feature\n\n"
        "Carry out the plan below in the working directory: edit the code, and add "
        "tests that show that it works. Keep to the style of what is there. Commit "
        "nothing.\n\n"
        "%s",
        prompt_json(step, "Plan", plan));

    return kad_ask(step, prompt, &answer_type, answer);
}

enum kad_outcome implementation_implement_feature(
    struct kad_step *step, const struct implementation_implement_feature_inputs *in,
    struct implementation_implement_feature_outputs *out)
{
    const char *start = git_ref(step, kad_printf(step, "start/%s", kad_step_id(step)));
    struct answer answer = {0};
    enum kad_outcome asked, outcome;
    struct git git;

    outcome = git_open(step, &git);
    if (outcome == KAD_SUCCESS)
        outcome = git_record(&git, git_ref(step, "base"));
    if (outcome == KAD_SUCCESS)
        outcome = git_keep_staged(&git);
    if (outcome == KAD_SUCCESS)
        outcome = git_begin(&git, start);
    if (outcome != KAD_SUCCESS)
        return outcome;

    asked = ask_for_code(step, in->plan, &answer);
    if (asked == KAD_LATER || asked == KAD_TIMEOUT)
        return asked;
    /* After a failure too: a rollback wants to know what is there. */
    outcome = read_changes(&git, start, &out->code_changes);
    if (outcome != KAD_SUCCESS || asked != KAD_SUCCESS)
        return outcome != KAD_SUCCESS ? outcome : asked;
    if (!out->code_changes.count)
        return kad_fail(step, "no_changes", "the agent changed no file: %s",
                        answer.summary);
    out->summary = answer.summary;
    kad_progress(step, "%zu file%s changed; how the tree was: %s",
                 out->code_changes.count, out->code_changes.count == 1 ? "" : "s",
                 git_ref(step, "base"));
    return KAD_SUCCESS;
}

/* An agent, or a person meanwhile: commits are not ours to take back. */
static enum kad_outcome say_commits(const struct git *git, const char *base)
{
    const char *before, *head = NULL;
    enum kad_outcome outcome =
        git_find_commit(git, kad_printf(git->step, "%s^", base), &before);

    if (outcome == KAD_SUCCESS)
        outcome = git_find_commit(git, "HEAD", &head);
    if (outcome == KAD_SUCCESS && before && head && strcmp(before, head) != 0)
        kad_progress(git->step,
                     "HEAD is %.8s, and was %.8s at the start: what has been "
                     "committed since stays",
                     head, before);
    return outcome;
}

/* The tree that it finds is recorded first: cut short and run again, it reports all. */
static enum kad_outcome
restore_base(const struct git *git, const char *base,
             struct implementation_rollback_changes_outputs *out)
{
    const char *found = git_ref_of_attempt(git->step);
    struct git_entries entries;
    struct kad_strings left;
    enum kad_outcome outcome = git_record(git, found);

    if (outcome == KAD_SUCCESS)
        outcome = git_restore(git, base, &left);
    if (outcome == KAD_SUCCESS)
        outcome = git_diff(git, base, found, false, &entries);
    if (outcome == KAD_SUCCESS)
        outcome = git_leave_ignored(git, base, &entries);
    if (outcome == KAD_SUCCESS)
        outcome = say_commits(git, base);
    if (outcome != KAD_SUCCESS)
        return outcome;
    out->restored = git_paths(git->step, &entries);
    kad_progress(git->step, "%zu file%s put back", out->restored.count,
                 out->restored.count == 1 ? "" : "s");
    return KAD_SUCCESS;
}

enum kad_outcome
implementation_rollback_changes(struct kad_step *step,
                                const struct implementation_rollback_changes_inputs *in,
                                struct implementation_rollback_changes_outputs *out)
{
    const char *base = git_ref(step, "base"), *commit;
    struct git git;
    enum kad_outcome outcome = git_open(step, &git);

    if (outcome == KAD_SUCCESS)
        outcome = git_find_commit(&git, base, &commit);
    if (outcome != KAD_SUCCESS)
        return outcome;
    if (in->changes.text)
        kad_log(step, "takes back: %s", in->changes.text);
    if (commit)
        return restore_base(&git, base, out);
    kad_log(step, "nothing to take back: the execution has recorded no tree");
    out->restored = (struct kad_strings){kad_alloc(step, sizeof(char *)), 0};
    return KAD_SUCCESS;
}
