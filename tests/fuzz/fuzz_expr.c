/* fuzz_expr.c: any text as a scalar with expressions in it: as a value, and as a condition,
 * in a workflow that has something of every type. */
#include "fuzz.h"
#include "passes.h"

static const char workflow_text[] =
    "triggers:\n"
    "  - type: cli\n"
    "    params:\n"
    "      - {name: text, type: string}\n"
    "      - {name: level, type: string, enum: [low, high]}\n"
    "      - {name: count, type: integer}\n"
    "      - {name: ratio, type: number?}\n"
    "      - {name: loud, type: boolean}\n"
    "      - {name: pause, type: duration, default: 5s}\n"
    "      - {name: any-value, type: any}\n"
    "      - {name: names, type: array, items: string}\n"
    "      - {name: opaque, type: object}\n"
    "      - {name: person, type: object, properties: {name: string, age: integer?}}\n"
    "steps:\n"
    "  - id: build\n"
    "    run: [make]\n"
    "    onSuccess: end\n"
    "  - id: end\n"
    "    run: ['true']\n";

/* What the tree of a file promises: valid UTF-8 without NUL. */
static bool is_text(struct str text)
{
    return str_utf8_valid_len(text) == text.len && str_find(text, S("\0")) == text.len;
}

static struct workflow *read_workflow(struct program *program)
{
    const struct source *source =
        source_of_text(program->arena, "workflow.yaml", str_of(workflow_text));
    struct workflow *workflow =
        model_read(program, source, doc_parse(program->arena, source, program->diags));

    names_check(program, workflow);
    graph_check(program, workflow);
    types_check(program, workflow);
    concurrency_check(program, workflow);
    secrets_check(program, workflow);
    return workflow;
}

static void check_scalar(struct program *program, struct str text)
{
    const struct source *source = source_of_text(program->arena, "scalar", text);
    const struct node scalar = {
        .style = NODE_DOUBLE_QUOTED,
        .span = {source, 0, (uint32_t)text.len},
        .text = source->text,
    };
    struct workflow *workflow = read_workflow(program);
    const struct scope scope = {
        .arena = program->arena,
        .diags = program->diags,
        .workflow = workflow,
        .step = workflow->steps[0],
        .is_after = true,
    };

    template_check(&scope, template_parse(program->arena, &scalar, program->diags));
    condition_check(&scope, template_parse(program->arena, &scalar, program->diags));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena arena = {0};
    struct program program = {.arena = &arena, .diags = diags_new(&arena)};
    const struct str text = {(const char *)bytes, len};

    if (is_text(text))
        check_scalar(&program, text);
    fuzz_print(program.diags);
    arena_release(&arena);
    return 0;
}
