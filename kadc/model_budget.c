/* model_budget.c: `budget:`: what one execution may use up.
 *
 *     budget = {steps: COUNT, agentCalls: COUNT, time: DURATION} */
#include "key_values.h"
#include "model_read.h"

static key_reader steps_count_read, agent_calls_read, time_read;

static const struct key budget_keys[] = {
    {"steps", KEY_COUNT, .read = steps_count_read, .about = "runs of steps"},
    {"agentCalls", KEY_COUNT, .read = agent_calls_read,
     .about = "questions to the agent"},
    {"time", KEY_DURATION, .read = time_read, .about = "without the pauses"},
};
const struct key_set budget_set = KEY_SET("budget", NULL, budget_keys);

static void steps_count_read(struct reader *reader, const struct node *key,
                             const struct node *value, void *target)
{
    struct budget *budget = target;
    budget->steps = UINT32_MAX; /* unless it can be read */
    budget->steps_span = span_join(key->span, value->span);
    count_read(reader, value, "steps", &budget->steps);
}

static void agent_calls_read(struct reader *reader, const struct node *key,
                             const struct node *value, void *target)
{
    struct budget *budget = target;
    budget->agent_calls = UINT32_MAX; /* unless it can be read */
    budget->agent_calls_span = span_join(key->span, value->span);
    count_read(reader, value, "agentCalls", &budget->agent_calls);
}

static void time_read(struct reader *reader, const struct node *key,
                      const struct node *value, void *target)
{
    struct budget *budget = target;
    budget->time_span = span_join(key->span, value->span);
    duration_read(reader, value, "time", &budget->time_ms);
}

void budget_read(struct reader *reader, const struct node *map,
                 struct workflow *workflow)
{
    keys_read(reader, &budget_set, map, &workflow->budget);
}
