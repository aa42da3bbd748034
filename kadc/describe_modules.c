/* describe_modules.c: what the modules can do, as JSON, for --emit=modules: what a person or
 * a program that writes a workflow may choose from. */
#include "describe.h"
#include "describe_parts.h"

static void put_names(struct json_out *out, struct str key, const struct name *names,
                      size_t count)
{
    json_out_array(out, key);
    for (size_t i = 0; i < count; i++)
        json_out_text(out, JSON_ITEM, names[i].text);
    json_out_end_array(out);
}

static void put_action(struct json_out *out, const struct action *action)
{
    json_out_object(out, JSON_ITEM);
    json_out_text(out, S("name"), action->name.text);
    describe_set_text(out, S("description"), action->description);
    describe_schema(out, S("inputs"), action->inputs);
    describe_schema(out, S("outputs"), action->outputs);
    put_names(out, S("outcomes"), action->outcomes, action->outcome_count);
    put_names(out, S("errors"), action->errors, action->error_count);
    json_out_boolean(out, S("idempotent"), action->is_idempotent);
    describe_set_text(out, S("deprecated"), action->deprecated.text);
    json_out_end_object(out);
}

static void put_module(struct json_out *out, const struct module *module)
{
    json_out_object(out, JSON_ITEM);
    json_out_text(out, S("module"), module->name.text);
    describe_set_text(out, S("version"), module->version);
    describe_set_text(out, S("description"), module->description);
    json_out_array(out, S("actions"));
    for (size_t i = 0; i < module->action_count; i++)
        put_action(out, &module->actions[i]);
    json_out_end_array(out);
    json_out_end_object(out);
}

struct str describe_modules(struct program *program)
{
    const struct names names = manifest_names(program);
    struct json_out out;

    json_out_init(&out, program->arena);
    json_out_array(&out, JSON_ITEM);
    for (size_t i = 0; i < names.count; i++) {
        bool is_reported;
        const struct module *module =
            manifest_find(program, names.items[i], &is_reported);

        if (module)
            put_module(&out, module);
    }
    json_out_end_array(&out);
    return buf_str(&out.text);
}
