/* gen_hand.c: which parameters a person gives, in a workflow that other things start, too.
 *
 * The type of the parameters is that of all triggers together; the command line has those of
 * the `cli` triggers alone. Without one, a person gives whatever the type has. */
#include "describe.h"
#include "gen.h"

struct hand {
    bool is_offered, is_required;
    const struct type_field *fallback; /* that has the default; or NULL */
};

static struct hand hand_of(const struct workflow *workflow, struct str name)
{
    struct hand hand = {.is_required = true};

    for (size_t i = 0; i < workflow->trigger_count; i++) {
        const struct trigger *trigger = &workflow->triggers[i];
        const struct type_field *param = trigger_param_find(trigger, name);

        if (trigger->kind != TRIGGER_CLI)
            continue;
        hand.is_offered = hand.is_offered || param;
        hand.is_required = hand.is_required && param && !param->type->is_optional &&
                           !param->default_value;
        if (param && param->default_value && !hand.fallback)
            hand.fallback = param;
    }
    return hand;
}

bool gen_has_hand(const struct workflow *workflow)
{
    size_t cli_count = 0;

    for (size_t i = 0; i < workflow->trigger_count; i++)
        cli_count += workflow->triggers[i].kind == TRIGGER_CLI;
    for (size_t i = 0; cli_count > 0 && i < workflow->params->field_count; i++) {
        const struct type_field *field = &workflow->params->fields[i];
        const struct hand hand = hand_of(workflow, field->name);

        if (!hand.is_offered ||
            hand.is_required != (!field->type->is_optional && !field->default_value) ||
            (hand.fallback ? hand.fallback->default_value : NULL) !=
                field->default_value)
            return true;
    }
    return false;
}

void gen_put_hand(struct gen *gen)
{
    const struct type *params = gen->workflow->params;

    if (!gen_has_hand(gen->workflow))
        return;
    emit_blank(gen->code);
    emit_line(gen->code, "/* What a person gives, by field of the parameters. */");
    emit_open(gen->code, "static const struct kad_hand_parameter by_hand[] =");
    for (size_t i = 0; i < params->field_count; i++) {
        const struct hand hand = hand_of(gen->workflow, params->fields[i].name);

        emit_open(gen->code, "%s", "");
        emit_line(gen->code, ".is_offered = %s,", hand.is_offered ? "true" : "false");
        if (hand.is_required)
            emit_line(gen->code, ".is_required = true,");
        if (hand.fallback)
            emit_line(
                gen->code, ".default_json = %s,",
                emit_quote(gen->arena,
                           describe_constant(gen->arena, hand.fallback->default_value,
                                             hand.fallback->type)));
        emit_close(gen->code, ",");
    }
    emit_close(gen->code, ";");
}
