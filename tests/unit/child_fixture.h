/* child_fixture.h: a workflow that steps of others call, on top of blocks_fixture.h: steps in
 * a line.
 *
 *     use_child((struct kad_step_info[]){{.id = "first"}, {.id = "second"}, {0}});
 *     use((struct node[]){{.id = "call", .about = &call_child, .reads = READS_TRIGGER, ...
 *
 * A step reads what the one before has left, the first, and one behind a wait, what the child
 * was called with. What the last leaves is what the child leaves. */
#ifndef TESTS_CHILD_FIXTURE_H
#define TESTS_CHILD_FIXTURE_H

#include "blocks_fixture.h"

enum { CHILD_STEPS_MAX = 2 };

struct child_frame {
    struct text_value trigger, left[CHILD_STEPS_MAX];
};

static struct kad_step_info child_infos[CHILD_STEPS_MAX];

static const struct kad_wait_inputs two_hours = {.duration = {true, 2 * HOUR_MS}};

static int child_advance(struct kad_run *run, void *frame, int position);

static void child_finish(struct kad_run *run, const void *frame);

static struct kad_workflow child = {
    .id = "child",
    .name = "Child",
    .version = "1.0.0",
    .definition = "{}",
    .trigger = &fix_text_type,
    .trigger_offset = offsetof(struct child_frame, trigger),
    .frame_size = sizeof(struct child_frame),
    .steps = child_infos,
    .outputs = &fix_text_type,
    .finish = child_finish,
    .advance = child_advance,
};

static struct kad_block call_child = {.kind = KAD_CHILD, .workflow = &child};

static int child_advance(struct kad_run *run, void *frame, int position)
{
    struct child_frame *f = frame;
    const struct kad_step_info *info = &child_infos[position];
    const void *in = &f->trigger;

    if (info->action == &kad_wait_action)
        in = &two_hours;
    else if (position > 0 && f->left[position - 1].text)
        in = &f->left[position - 1];
    switch (kad_do(run, info, in, &f->left[position])) {
    case KAD_SUCCESS: break;
    case KAD_FAILURE:
    case KAD_TIMEOUT: return FAIL;
    case KAD_LATER: return position;
    }
    return (size_t)position + 1 < child.step_count ? position + 1 : DONE;
}

static void child_finish(struct kad_run *run, const void *frame)
{
    kad_finish(run, &((const struct child_frame *)frame)->left[child.step_count - 1]);
}

/* The child has these steps from now on; one without an id ends them. Without an action they
 * do what the plan says. */
static void use_child(const struct kad_step_info *steps)
{
    size_t count = 0;

    for (; steps[count].id; count++) {
        child_infos[count] = steps[count];
        if (!steps[count].action)
            child_infos[count].action = &block_action;
        child_infos[count].outputs_offset =
            offsetof(struct child_frame, left) + count * sizeof(struct text_value);
    }
    child.step_count = count;
}

#endif
