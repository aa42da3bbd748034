/* agent.h: who answers the questions of kad_ask.
 *
 * A command line that the project names (or a preset), recorded answers, or a person.
 * Each is a file of its own; agent.c chooses. */
#ifndef KAD_AGENT_H
#define KAD_AGENT_H

#include <jansson.h>

#include "base/arena.h"
#include "base/str.h"
#include "kad/step.h"

/* ---- Answers --------------------------------------------------------------------- */

/* A question with everything that its answer needs. */
struct agent_question {
    struct kad_step *step;
    const char *prompt; /* with the schema */
    const char *schema; /* JSON Schema, indented */
    const struct kad_type *type;
    void *answer; /* of that type */
};

/* Finds the answer in what an agent printed: the last JSON object that fits the type.
 * NULL, or in the arena what is wrong with the last one. */
const char *agent_answer_find(struct arena *arena, const struct kad_type *type,
                              struct str text, void *answer);

/* ---- Presets --------------------------------------------------------------------- */

/* The command line of a well-known agent that works without a terminal, reads the
 * prompt on stdin, and edits files without asking; or NULL. NULL-terminated. */
const char *const *agent_preset_find(const char *name);
/* The first preset whose program is there, or NULL. */
const char *const *agent_preset_installed(bool (*is_there)(void *context,
                                                           const char *program),
                                          void *context);
/* "claude, codex, ..." */
const char *agent_preset_names(struct arena *arena);

/* ---- Recorded answers ------------------------------------------------------------ */

/* Reads and checks a recording; NULL: *error, in the arena. */
json_t *agent_replay_load(struct arena *arena, const char *path, const char **error);
/* The entry for a step, the first that fits; borrowed; or NULL. */
const json_t *agent_replay_find(const json_t *recording, const char *step_id,
                                uint32_t visit, uint32_t attempt);
enum kad_outcome agent_replay_ask(const struct agent_question *question,
                                  const char *path);

/* ---- A person -------------------------------------------------------------------- */

bool agent_person_is_asked(struct kad_step *step);
bool agent_person_has_answered(struct kad_step *step);
/* Leaves the question in asks/KEY/ and parks the step. */
enum kad_outcome agent_person_ask(const struct agent_question *question);
/* Takes up asks/KEY/answer.json; parks again when it does not fit. */
enum kad_outcome agent_person_take(const struct agent_question *question);
/* The question is for somebody else now. */
void agent_person_withdraw(struct kad_step *step);

#endif
