/* documentation.c: has the documents brought up to date; see module.yaml.
 *
 * Which documents were written is read back from git, not believed. */
#include "modules/documentation.h"

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
     .description = "What was changed in the documents, in a sentence or two."},
};

static const struct kad_type answer_type = {
    .kind = KAD_OBJECT,
    .size_bytes = sizeof(struct answer),
    .fields = answer_fields,
    .field_count = 1,
};

static struct kad_strings paths_of(struct kad_step *step,
                                   const struct git_entries *entries)
{
    const char **paths = kad_alloc(step, (entries->count + 1) * sizeof(*paths));

    for (size_t i = 0; i < entries->count; i++)
        paths[i] =
            kad_copy(step, entries->items[i].path, strlen(entries->items[i].path));
    return (struct kad_strings){paths, entries->count};
}

enum kad_outcome
documentation_update_docs(struct kad_step *step,
                          const struct documentation_update_docs_inputs *in,
                          struct documentation_update_docs_outputs *out)
{
    const char *ref = git_ref_of_attempt(step);
    struct git_entries entries;
    struct answer answer;
    struct git git;
    enum kad_outcome outcome = git_open(step, &git);

    if (outcome == KAD_SUCCESS)
        outcome = git_begin(&git, ref);
    if (outcome == KAD_SUCCESS)
        outcome = kad_ask(
            step,
            kad_printf(
                step,
                "# Bring the documents up to date\n\n"
                "The feature below has just been built in the working directory, "
                "and its tests pass. Update the documents that speak of what "
                "changed (README, usage, help texts, changelog). Do not change "
                "what the program does, and commit nothing.\n\n"
                "## Feature\n\n%s\n\n%s",
                in->feature, prompt_json(step, "Changed files", in->changes)),
            &answer_type, &answer);
    if (outcome == KAD_SUCCESS)
        outcome = git_changes(&git, ref, &entries);
    if (outcome != KAD_SUCCESS)
        return outcome;
    out->files = paths_of(step, &entries);
    out->summary = answer.summary;
    return KAD_SUCCESS;
}
