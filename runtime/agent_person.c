/* agent_person.c: a question that no agent answers waits for a person.
 *
 * asks/KEY/ in the state folder holds prompt.md and schema.json; the person puts
 * answer.json beside them (and may work in the workspace), and resumes. An answer that
 * does not fit parks the step again, with the reason in errors.txt.
 *   (1) prompt.md is there as long as the question is a person's. */
#include "agent.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "engine/step_internal.h"
#include "project.h"

enum { ANSWER_MAX_BYTES = 16 * 1024 * 1024 };

/* NULL: of the folder. */
static const char *path_of(struct kad_step *step, const char *name)
{
    return arena_printf(rt_step_arena(step), "%s/asks/%s%s%s",
                        rt_step_project(step)->state, kad_step_key(step),
                        name ? "/" : "", name ? name : "");
}

bool agent_person_is_asked(struct kad_step *step)
{
    return access(path_of(step, "prompt.md"), F_OK) == 0; /* (1) */
}

bool agent_person_has_answered(struct kad_step *step)
{
    return agent_person_is_asked(step) &&
           access(path_of(step, "answer.json"), F_OK) == 0;
}

void agent_person_withdraw(struct kad_step *step)
{
    unlink(path_of(step, "prompt.md"));
}

static enum kad_outcome fail_file(struct kad_step *step, const char *path)
{
    return kad_fail(step, "agent_failed", "%s: %s", path, strerror(errno));
}

enum kad_outcome agent_person_ask(const struct agent_question *question)
{
    struct kad_step *step = question->step;
    struct arena *arena = rt_step_arena(step);
    const char *folder = path_of(step, NULL);
    const char *prompt = path_of(step, "prompt.md");
    const char *schema = path_of(step, "schema.json");

    if (!make_folders(arena, folder))
        return fail_file(step, folder);
    if (!file_write(arena, schema, str_of(question->schema)))
        return fail_file(step, schema);
    if (!file_write(arena, prompt, str_of(question->prompt)))
        return fail_file(step, prompt);
    kad_log(step, "no agent is configured: %s waits for answer.json beside it", prompt);
    return rt_step_park(step, "ask", path_of(step, NULL));
}

static enum kad_outcome park_again(const struct agent_question *question,
                                   const char *wrong)
{
    struct kad_step *step = question->step;
    struct arena *arena = rt_step_arena(step);
    const char *errors = path_of(step, "errors.txt");

    kad_progress(step, "%s does not fit: %s", path_of(step, "answer.json"), wrong);
    if (!file_write(arena, errors, str_printf(arena, "answer.json: %s\n", wrong)))
        return fail_file(step, errors);
    return rt_step_park(step, "ask", path_of(step, NULL));
}

enum kad_outcome agent_person_take(const struct agent_question *question)
{
    struct kad_step *step = question->step;
    struct arena *arena = rt_step_arena(step);
    const char *path = path_of(step, "answer.json");
    const char *wrong;
    struct str text;

    if (!file_read(arena, path, ANSWER_MAX_BYTES, &text))
        return fail_file(step, path);
    wrong = agent_answer_find(arena, question->type, text, question->answer);
    if (wrong)
        return park_again(question, wrong);
    unlink(path_of(step, "errors.txt"));
    kad_progress(step, "takes up a person's answer");
    return KAD_SUCCESS;
}
