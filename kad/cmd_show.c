/* cmd_show.c: kad workflow show: what starts it with which parameters, steps with their
 * routes, and bounds. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "definition.h"
#include "document.h"
#include "kad/errors.h"
#include "program/options.h"
#include "programs.h"
#include "session.h"
#include "starts.h"

static const char *text_of(const json_t *object, const char *key, const char *otherwise)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : otherwise;
}

static void print_parameter(struct arena *arena, const json_t *parameter)
{
    const json_t *schema = json_object_get(parameter, "schema");
    const json_t *value = json_object_get(schema, "default");
    const json_t *set = json_object_get(parameter, "value");
    char *fallback = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
    char *fixed = set ? json_dumps(set, JSON_ENCODE_ANY) : NULL;

    printf("  --%-18s %-8s %s%s%s%s%s%s%s%s%s%s\n",
           option_name(arena, text_of(parameter, "name", "")),
           text_of(schema, "type", "any"),
           json_is_true(json_object_get(parameter, "required")) ? "required"
                                                                : "optional",
           json_is_true(json_object_get(schema, "writeOnly"))
               ? ", secret: env:NAME, @file or -"
               : "",
           fallback ? ", default " : "", fallback ? fallback : "",
           json_object_get(parameter, "from") ? ", from " : "",
           text_of(parameter, "from", ""), fixed ? ", value " : "", fixed ? fixed : "",
           json_object_get(schema, "description") ? ": " : "",
           text_of(schema, "description", ""));
    free(fixed);
    free(fallback);
}

static void print_parameters(struct arena *arena, const json_t *definition)
{
    const json_t *trigger, *parameter;
    size_t i, k;

    json_array_foreach(json_object_get(definition, "triggers"), i, trigger)
    {
        printf("\nParameters (%s)\n", starts_text(arena, trigger));
        json_array_foreach(json_object_get(trigger, "params"), k, parameter)
            print_parameter(arena, parameter);
    }
}

static void print_definition(struct arena *arena, const json_t *definition)
{
    const char *description = text_of(definition, "description", NULL);

    printf("%s %s  %s\n", text_of(definition, "id", ""),
           text_of(definition, "version", ""), text_of(definition, "name", ""));
    if (description)
        puts(description);
    print_parameters(arena, definition);
    puts("\nSteps");
    definition_draw(definition, GRAPH_TEXT, stdout);
    putchar('\n');
    definition_bounds_detail(definition, stdout);
    putchar('\n');
    starts_say_missing(arena, definition, stdout);
}

int cmd_show(struct cli *cli)
{
    const struct arg_rules rules = {.min_operands = 1, .max_operands = 1};
    struct project project;
    struct program program;
    json_t *definition;
    int exit_code;

    if (!args_read(cli, &rules, &exit_code) ||
        !session_project(cli, &project, &exit_code) ||
        !program_get(cli, &project, cli->argv[0], &program, &exit_code))
        return exit_code;
    definition = program_definition(cli, &program);
    if (!definition)
        return KAD_EXIT_USAGE;
    if (cli->is_json)
        return document_print(definition, KAD_EXIT_COMPLETED);
    print_definition(cli->arena, definition);
    json_decref(definition);
    return KAD_EXIT_COMPLETED;
}
