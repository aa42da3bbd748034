/* test_schema.c: the JSON Schema of the language accepts what kadc takes for well formed, and
 * refuses what it does not, in all files of the other tests and examples.
 *
 * The validator here knows the keywords that the schema uses, and fails on any other. */
#include <criterion/criterion.h>
#include <glob.h>
#include <jansson.h>
#include <regex.h>
#include <string.h>

#include "doc.h"
#include "schema.h"

static struct arena arena;
static json_t *schema;

static void set_up(void)
{
    schema = schema_workflow();
}

static void clean_up(void)
{
    json_decref(schema);
    arena_release(&arena);
}

TestSuite(schema, .init = set_up, .fini = clean_up);

/* ---- YAML as JSON ------------------------------------------------------------------- */

static json_t *scalar_json(const struct node *node)
{
    bool is_true;
    int64_t integer;
    double number;

    if (node_is_null(node))
        return json_null();
    if (node_is_boolean(node, &is_true))
        return json_boolean(is_true);
    if (node_is_integer(node, &integer))
        return json_integer(integer);
    if (node_is_number(node, &number))
        return json_real(number);
    return json_stringn(node->text.p, node->text.len);
}

static json_t *node_json(const struct node *node)
{
    json_t *json = node->kind == NODE_LIST ? json_array() : json_object();

    if (node->kind == NODE_SCALAR) {
        json_decref(json);
        return scalar_json(node);
    }
    for (size_t i = 0; i < node->count; i++)
        if (node->kind == NODE_LIST)
            json_array_append_new(json, node_json(node->items[i]));
        else
            json_object_setn_new(json, node->keys[i]->text.p, node->keys[i]->text.len,
                                 node_json(node->items[i]));
    return json;
}

/* ---- A validator -------------------------------------------------------------------- */

static bool fits(const json_t *rules, const json_t *value);

static bool is_type(const json_t *value, const char *type)
{
    if (!strcmp(type, "number"))
        return json_is_number(value);
    return !strcmp(type, json_is_string(value)    ? "string"
                         : json_is_boolean(value) ? "boolean"
                         : json_is_integer(value) ? "integer"
                         : json_is_real(value)    ? "number"
                         : json_is_array(value)   ? "array"
                         : json_is_object(value)  ? "object"
                                                  : "null");
}

static bool has_type(const json_t *types, const json_t *value)
{
    const json_t *type;
    size_t i;

    if (json_is_string(types))
        return is_type(value, json_string_value(types));
    json_array_foreach(types, i, type)
    {
        if (is_type(value, json_string_value(type)))
            return true;
    }
    return false;
}

static bool matches(const char *pattern, const json_t *value)
{
    regex_t regex;
    bool is_match;

    if (!json_is_string(value))
        return true;
    cr_assert_eq(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
    is_match = regexec(&regex, json_string_value(value), 0, NULL, 0) == 0;
    regfree(&regex);
    return is_match;
}

static size_t fitting_count(const json_t *choices, const json_t *value)
{
    const json_t *choice;
    size_t i, count = 0;

    json_array_foreach(choices, i, choice)
    {
        count += fits(choice, value);
    }
    return count;
}

static bool has_all(const json_t *names, const json_t *value)
{
    const json_t *name;
    size_t i;

    json_array_foreach(names, i, name)
    {
        if (json_is_object(value) && !json_object_get(value, json_string_value(name)))
            return false;
    }
    return true;
}

static bool has_company(const json_t *by_name, const json_t *value, bool is_schema)
{
    const char *name;
    json_t *rule;

    json_object_foreach((json_t *)by_name, name, rule)
    {
        if (!json_object_get(value, name))
            continue;
        if (is_schema ? !fits(rule, value) : !has_all(rule, value))
            return false;
    }
    return true;
}

/* The entries that `properties` knows, or the others. */
static bool fit_entries(const json_t *rules, const json_t *value, bool are_known)
{
    const json_t *known = json_object_get(rules, "properties");
    const json_t *others = json_object_get(rules, "additionalProperties");
    const char *name;
    json_t *entry;

    json_object_foreach((json_t *)value, name, entry)
    {
        const json_t *rule = json_object_get(known, name);

        if (are_known == (rule != NULL) && !fits(rule ? rule : others, entry))
            return false;
    }
    return true;
}

static bool is_among(const json_t *values, const json_t *value)
{
    const json_t *each;
    size_t i;

    json_array_foreach(values, i, each)
    {
        if (json_equal(each, value))
            return true;
    }
    return false;
}

static bool fit_items(const json_t *rules, const json_t *value)
{
    const json_t *item;
    size_t i;

    json_array_foreach(value, i, item)
    {
        if (!fits(rules, item))
            return false;
    }
    return true;
}

static bool fits_keyword(const json_t *rules, const char *keyword, const json_t *rule,
                         const json_t *value)
{
    const bool is_number = json_is_number(value);

    if (!strcmp(keyword, "$ref"))
        return fits(json_object_get(json_object_get(schema, "$defs"),
                                    json_string_value(rule) + strlen("#/$defs/")),
                    value);
    if (!strcmp(keyword, "type"))
        return has_type(rule, value);
    if (!strcmp(keyword, "pattern"))
        return matches(json_string_value(rule), value);
    if (!strcmp(keyword, "minimum"))
        return !is_number || json_number_value(value) >= json_number_value(rule);
    if (!strcmp(keyword, "maximum"))
        return !is_number || json_number_value(value) <= json_number_value(rule);
    if (!strcmp(keyword, "minItems"))
        return !json_is_array(value) || json_array_size(value) > 0;
    if (!strcmp(keyword, "minProperties"))
        return !json_is_object(value) || json_object_size(value) > 0;
    if (!strcmp(keyword, "required"))
        return has_all(rule, value);
    if (!strcmp(keyword, "dependentRequired"))
        return has_company(rule, value, false);
    if (!strcmp(keyword, "dependentSchemas"))
        return has_company(rule, value, true);
    if (!strcmp(keyword, "properties"))
        return fit_entries(rules, value, true);
    if (!strcmp(keyword, "additionalProperties"))
        return fit_entries(rules, value, false);
    if (!strcmp(keyword, "enum"))
        return is_among(rule, value);
    if (!strcmp(keyword, "items"))
        return fit_items(rule, value);
    if (!strcmp(keyword, "anyOf"))
        return fitting_count(rule, value) > 0;
    if (!strcmp(keyword, "oneOf"))
        return fitting_count(rule, value) == 1;
    if (!strcmp(keyword, "not"))
        return !fits(rule, value);
    cr_assert(!strcmp(keyword, "description") || !strcmp(keyword, "title") ||
                  keyword[0] == '$',
              "an unknown keyword `%s`", keyword);
    return true;
}

static bool fits(const json_t *rules, const json_t *value)
{
    const char *keyword;
    json_t *rule;

    if (json_is_boolean(rules))
        return json_is_true(rules);
    cr_assert(json_is_object(rules));
    json_object_foreach((json_t *)rules, keyword, rule)
    {
        if (!fits_keyword(rules, keyword, rule, value))
            return false;
    }
    return true;
}

/* ---- Files -------------------------------------------------------------------------- */

static bool file_fits(const char *path)
{
    const struct source *source = source_open(&arena, path);
    struct diags *diags = diags_new(&arena);
    const struct node *root;
    json_t *json;
    bool is_fitting;

    cr_assert(source, "%s", path);
    root = doc_parse(&arena, source, diags);
    cr_assert(root && diag_error_count(diags) == 0, "%s", path);
    json = node_json(root);
    is_fitting = fits(schema, json);
    json_decref(json);
    return is_fitting;
}

static void expect_all(const char *pattern, bool is_accepted)
{
    glob_t found;

    cr_assert_eq(glob(pattern, 0, NULL, &found), 0, "%s", pattern);
    for (size_t i = 0; i < found.gl_pathc; i++)
        cr_expect_eq(file_fits(found.gl_pathv[i]), is_accepted, "%s is %s",
                     found.gl_pathv[i], is_accepted ? "refused" : "accepted");
    globfree(&found);
}

Test(schema, valid_workflows_are_accepted)
{
    expect_all("workflows/*.yaml", true);
    expect_all("examples/language/workflows/*.yaml", true);
    expect_all("tests/golden/gen/*.yaml", true);
}

Test(schema, what_only_later_passes_refuse_is_accepted)
{
    expect_all("tests/golden/diag/KAD020[1-8]*.yaml", true);
    expect_all("tests/golden/diag/KAD021[15-9]*.yaml", true);
    expect_all("tests/golden/diag/KAD03*.yaml", true);
    expect_all("tests/golden/diag/KAD04*.yaml", true);
    expect_all("tests/golden/diag/KAD05*.yaml", true);
    expect_all("tests/golden/diag/KAD07*.yaml", true);
    expect_all("tests/golden/diag/KAD09*.yaml", true);
    expect_all("tests/golden/diag/KAD0105-parameter-without-value.yaml", true);
}

Test(schema, wrong_structure_is_refused)
{
    expect_all("tests/golden/diag/KAD0104-[knu]*.yaml", false);
    expect_all("tests/golden/diag/KAD0105-[!p]*.yaml", false);
    expect_all("tests/golden/diag/KAD0106-*.yaml", false);
    expect_all("tests/golden/diag/KAD0109-*.yaml", false);
    expect_all("tests/golden/diag/KAD0115-*.yaml", false);
    expect_all("tests/golden/diag/KAD0801-bad-duration.yaml", false);
    expect_all("tests/golden/diag/KAD0802-bad-count.yaml", false);
}

/* Those of a named type are not: a schema can't know what the name stands for. */
Test(schema, limits_of_a_simple_type_are_held_against_it)
{
    expect_all("tests/golden/diag/KAD0104-type-key.yaml", false);
    expect_all("tests/golden/diag/KAD0104-contradicting-type.yaml", false);
}
