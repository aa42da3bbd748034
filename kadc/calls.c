/* calls.c: which workflow a step `workflow: ID` means; see calls.h.
 *
 * The call graph is walked without recursion. A call that closes a circle is reported and cut,
 * so that what is left has an order. */
#include "calls.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "table.h"

static const char *const extensions[] = {".yaml", ".yml", ".json"};
enum { EXTENSION_COUNT = sizeof(extensions) / sizeof(extensions[0]) };

struct caller {
    struct program *program;
    struct table by_id;
    /* What the workflow could call that has last called what there is not. */
    const struct workflow *lost;
    struct names candidates;
};

/* ---- Files --------------------------------------------------------------------------- */

/* [a-z0-9-]+: anything else is no part of a path. */
static bool is_id(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.p[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
            return false;
    }
    return text.len > 0;
}

/* Of a path, with its slash; "" for a file in the working folder. */
static struct str folder_of(struct str path)
{
    size_t end = path.len;
    while (end > 0 && path.p[end - 1] != '/')
        end--;
    return str_part(path, 0, end);
}

/* The workflow in the file ID.yaml of a folder; NULL and errno: there is none. */
static struct workflow *file_read(struct program *program, struct str folder,
                                  struct str id)
{
    struct arena scratch = {0};
    struct source *source = NULL;
    errno = ENOENT;
    for (size_t i = 0; i < EXTENSION_COUNT && !source && errno == ENOENT; i++)
        source = source_open(
            program->arena,
            arena_printf(&scratch, "%.*s%.*s%s", STR(folder), STR(id), extensions[i]));
    const int error = errno;
    arena_release(&scratch);
    errno = error;
    if (!source)
        return NULL;
    source->is_foreign = true;
    struct workflow *workflow =
        model_read(program, source, doc_parse(program->arena, source, program->diags));
    workflow->is_called = true;
    return workflow;
}

/* The workflow of an id, which is read when it is asked for; NULL and errno: none. */
static struct workflow *workflow_find(struct caller *caller, struct str folder,
                                      struct str id)
{
    struct program *program = caller->program;
    struct workflow *workflow = table_find(&caller->by_id, id);
    errno = ENOENT;
    if (workflow || !is_id(id))
        return workflow;
    workflow = file_read(program, folder, id);
    if (workflow) {
        table_add(&caller->by_id, workflow->id.text, workflow);
        vec_push(program->arena, &program->workflows, workflow);
    }
    return workflow;
}

/* ---- 0214 ---------------------------------------------------------------------------- */

/* The id of a file of this name, or an absent one. */
static struct str id_of_file(struct str name)
{
    for (size_t i = 0; i < EXTENSION_COUNT; i++) {
        struct str extension = str_of(extensions[i]);
        struct str stem =
            str_part(name, 0, name.len > extension.len ? name.len - extension.len : 0);
        if (str_ends_with(name, extension) && is_id(stem))
            return stem;
    }
    return (struct str){0};
}

/* What could be called from a file in the folder, but the file itself. */
static struct names candidates_read(struct program *program, struct str folder,
                                    struct str own_id)
{
    struct arena *arena = program->arena;
    VEC(struct str) names = {0};
    DIR *dir = opendir(folder.len > 0 ? str_copy(arena, folder) : ".");
    for (size_t i = 0; i < program->workflows.count; i++)
        vec_push(arena, &names, program->workflows.items[i]->id.text);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        struct str id = id_of_file(str_of(arena_printf(arena, "%s", entry->d_name)));
        if (id.p)
            vec_push(arena, &names, id);
    }
    if (dir)
        closedir(dir);
    size_t kept = 0;
    for (size_t i = 0; i < names.count; i++) {
        bool is_known = str_equal(names.items[i], own_id);
        for (size_t j = 0; j < kept && j < program->workflows.count; j++)
            is_known = is_known || str_equal(names.items[i], names.items[j]);
        if (!is_known)
            names.items[kept++] = names.items[i];
    }
    return (struct names){names.items, kept};
}

static struct names candidates_find(struct caller *caller,
                                    const struct workflow *workflow)
{
    if (caller->lost != workflow)
        caller->candidates = candidates_read(
            caller->program, folder_of(workflow->source->path), workflow->id.text);
    caller->lost = workflow;
    return caller->candidates;
}

static struct workflow *unknown_report(struct caller *caller,
                                       const struct workflow *workflow,
                                       const struct name *name)
{
    struct program *program = caller->program;
    struct str folder = folder_of(workflow->source->path);
    int error = errno;
    if (error != ENOENT) {
        diag_report(program->diags, name->span, KAD0214,
                    "workflow `%.*s` can't be read: %s", STR(name->text),
                    error == EFBIG ? "it is too big" : strerror(error));
        return NULL;
    }
    struct names names = candidates_find(caller, workflow);
    struct nearest nearest = diag_nearest(program->diags, name->text, names);
    diag_report(program->diags, name->span, KAD0214, "there is no workflow `%.*s`",
                STR(name->text));
    diag_subject(program->diags, "workflow `%.*s`", STR(name->text));
    diag_suggest(program->diags, name->span, name->text, names, &nearest);
    if (nearest.count == 1)
        return workflow_find(caller, folder, names.items[nearest.shown[0]]);
    diag_help(program->diags,
              "a workflow that is called is one of the files named, or stands beside "
              "its caller: `%.*s%.*s.yaml`",
              STR(folder), STR(name->text));
    return NULL;
}

static void calls_find(struct caller *caller, const struct workflow *workflow)
{
    struct str folder = folder_of(workflow->source->path);
    for (size_t i = 0; i < workflow->step_count; i++) {
        struct step *step = workflow->steps[i];
        struct block *block = step->block;
        if (step->kind != STEP_WORKFLOW || !block->workflow_name.text.p)
            continue;
        block->workflow = workflow_find(caller, folder, block->workflow_name.text);
        if (!block->workflow)
            block->workflow = unknown_report(caller, workflow, &block->workflow_name);
    }
}

/* ---- 0315 and the order --------------------------------------------------------------- */

enum mark { MARK_NEW, MARK_OPEN, MARK_DONE };

/* A workflow whose calls are being followed. */
struct frame {
    struct workflow *workflow;
    size_t at;                /* of its steps, the next one */
    const struct block *call; /* that led here; NULL: none */
};

struct walk {
    struct program *program;
    enum mark *marks;
    VEC(struct frame) frames;
    struct workflow **order;
    size_t order_count;
};

static enum mark *mark_of(struct walk *walk, const struct workflow *workflow)
{
    return &walk->marks[workflow->number];
}

static void circle_report(struct walk *walk, const struct block *call)
{
    struct diags *diags = walk->program->diags;
    size_t first = walk->frames.count - 1;
    while (walk->frames.items[first].workflow != call->workflow)
        first--;
    diag_report(diags, call->workflow_name.span, KAD0315,
                first + 1 == walk->frames.count ? "workflow `%.*s` calls itself"
                                                : "workflow `%.*s` calls itself, "
                                                  "through others",
                STR(call->workflow->id.text));
    diag_subject(diags, "circle of `%.*s`", STR(call->workflow->id.text));
    diag_path(diags, "the circle");
    for (size_t i = first + 1; i < walk->frames.count; i++)
        diag_path_stop(diags, walk->frames.items[i].call->workflow_name.span,
                       "`%.*s` calls `%.*s`",
                       STR(walk->frames.items[i - 1].workflow->id.text),
                       STR(walk->frames.items[i].workflow->id.text));
    diag_path_stop(diags, call->workflow_name.span, "`%.*s` calls `%.*s`",
                   STR(walk->frames.items[walk->frames.count - 1].workflow->id.text),
                   STR(call->workflow->id.text));
    diag_help(diags, "a loop inside one workflow is bounded by `maxRetries`");
}

static void frame_push(struct walk *walk, struct workflow *workflow,
                       const struct block *call)
{
    const struct frame frame = {workflow, 0, call};
    *mark_of(walk, workflow) = MARK_OPEN;
    vec_push(walk->program->arena, &walk->frames, frame);
}

static void call_follow(struct walk *walk, struct block *call)
{
    if (!call || !call->workflow)
        return;
    switch (*mark_of(walk, call->workflow)) {
    case MARK_NEW: frame_push(walk, call->workflow, call); return;
    case MARK_OPEN:
        circle_report(walk, call);
        call->workflow = NULL;
        return;
    case MARK_DONE: return;
    }
}

static void walk_from(struct walk *walk, struct workflow *start)
{
    if (*mark_of(walk, start) != MARK_NEW)
        return;
    frame_push(walk, start, NULL);
    while (walk->frames.count > 0) {
        struct frame *frame = &walk->frames.items[walk->frames.count - 1];
        if (frame->at < frame->workflow->step_count) {
            call_follow(walk, frame->workflow->steps[frame->at++]->block);
            continue;
        }
        *mark_of(walk, frame->workflow) = MARK_DONE;
        walk->order[walk->order_count++] = frame->workflow;
        walk->frames.count--;
    }
}

/* What can't be read has been reported; nothing is known of it. */
static void broken_forget(const struct workflow *workflow)
{
    for (size_t i = 0; i < workflow->step_count; i++) {
        struct block *block = workflow->steps[i]->block;
        if (block && block->workflow && block->workflow->is_broken)
            block->workflow = NULL;
    }
}

struct workflow **calls_resolve(struct program *program)
{
    struct arena *arena = program->arena;
    struct caller caller = {.program = program};
    struct walk walk = {.program = program};
    table_init(&caller.by_id, arena);
    for (size_t i = 0; i < program->workflows.count; i++)
        table_add(&caller.by_id, program->workflows.items[i]->id.text,
                  program->workflows.items[i]);
    /* Their number grows meanwhile. */
    for (size_t i = 0; i < program->workflows.count; i++) {
        program->workflows.items[i]->number = i;
        calls_find(&caller, program->workflows.items[i]);
    }
    walk.marks = arena_array(arena, enum mark, program->workflows.count);
    walk.order = arena_array(arena, struct workflow *, program->workflows.count);
    for (size_t i = 0; i < program->workflows.count; i++)
        walk_from(&walk, program->workflows.items[i]);
    for (size_t i = 0; i < program->workflows.count; i++)
        broken_forget(program->workflows.items[i]);
    return walk.order;
}
