/* test_definition.c: pictures of a workflow's definition. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "definition.h"

/* ' stands for ". */
static const char release_json[] =
    "{'id':'release','steps':[{'id':'checks','maxRetries':1,"
    "'parallel':{'mode':'atLeast','atLeast':2,'branches':[{'name':'lint',"
    "'steps':[{'id':'lint','routes':[{'on':'success','to':'$complete'},"
    "{'on':'failure','to':'$fail'}]}]},{'name':'unit','when':'`trigger.deep`',"
    "'steps':[{'id':'unit','routes':[{'on':'success','to':'$complete'},"
    "{'on':'failure','to':'mend'}]},{'id':'mend','maxRetries':2,"
    "'routes':[{'on':'success','to':'unit'},{'on':'failure','to':'$fail'}]}]}]},"
    "'routes':[{'on':'success','to':'files'},{'on':'failure','to':'$fail'}]},"
    "{'id':'files','forEach':{'items':'{{ trigger.files }}','as':'file','max':9,"
    "'concurrency':3,'mode':'settle','steps':[{'id':'pack',"
    "'routes':[{'on':'success','to':'$complete'},{'on':'failure','to':'$fail'}]}]},"
    "'routes':[{'on':'success','to':'notify'},{'on':'failure','to':'$fail'}]},"
    "{'id':'notify','workflow':'send-mail','routes':[{'on':'success',"
    "'to':'$complete'},{'on':'failure','to':'$fail'}]}]}";

static json_t *release(void)
{
    char *json = strdup(release_json);
    json_t *root;

    for (char *c = json; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    root = json_loads(json, 0, NULL);
    free(json);
    return root;
}

static void draws(enum graph_format format, const char *picture)
{
    json_t *root = release();
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    definition_draw(root, format, out);
    fclose(out);
    cr_expect_str_eq(text, picture);
    json_decref(root);
    free(text);
}

Test(definition, text_indents_what_is_inside_of_a_block)
{
    draws(GRAPH_TEXT, "checks -+-- success -> files\n"
                      "        +-- failure -> $fail\n"
                      "  in parallel, until 2 have ended well\n"
                      "  - lint\n"
                      "    lint -+-- success -> $complete\n"
                      "          +-- failure -> $fail\n"
                      "  - unit, if `trigger.deep`\n"
                      "    unit -+-- success -> $complete\n"
                      "          +-- failure -> mend\n"
                      "    mend -+-- success -> unit\n"
                      "          +-- failure -> $fail\n"
                      "files --+-- success -> notify\n"
                      "        +-- failure -> $fail\n"
                      "  for each file, at most 9, 3 at a time, until all have ended\n"
                      "    pack -+-- success -> $complete\n"
                      "          +-- failure -> $fail\n"
                      "notify -+-- success -> $complete\n"
                      "        +-- failure -> $fail\n"
                      "  calls workflow send-mail\n"
                      "checks runs at most 2 times\n"
                      "mend runs at most 3 times\n");
}

Test(definition, dot_puts_branches_into_clusters_with_ends_of_their_own)
{
    draws(
        GRAPH_DOT,
        "digraph \"release\" {\n"
        "    node [shape=box];\n"
        "    \"$complete\" [shape=ellipse, label=\"complete\"];\n"
        "    \"$fail\" [shape=ellipse, label=\"fail\"];\n"
        "    \"checks\" [label=\"checks (at most 2 runs)\"];\n"
        "    \"checks\" -> \"files\" [label=\"success\"];\n"
        "    \"checks\" -> \"$fail\" [label=\"failure\"];\n"
        "    subgraph \"cluster_checks\" {\n"
        "        label=\"in parallel, until 2 have ended well\";\n"
        "        subgraph \"cluster_checks.lint\" {\n"
        "            label=\"lint\";\n"
        "            \"checks.lint.$complete\" [shape=ellipse, label=\"complete\"];\n"
        "            \"checks.lint.$fail\" [shape=ellipse, label=\"fail\"];\n"
        "            \"lint\" [label=\"lint\"];\n"
        "            \"lint\" -> \"checks.lint.$complete\" [label=\"success\"];\n"
        "            \"lint\" -> \"checks.lint.$fail\" [label=\"failure\"];\n"
        "        }\n"
        "        subgraph \"cluster_checks.unit\" {\n"
        "            label=\"unit\";\n"
        "            \"checks.unit.$complete\" [shape=ellipse, label=\"complete\"];\n"
        "            \"checks.unit.$fail\" [shape=ellipse, label=\"fail\"];\n"
        "            \"unit\" [label=\"unit\"];\n"
        "            \"unit\" -> \"checks.unit.$complete\" [label=\"success\"];\n"
        "            \"unit\" -> \"mend\" [label=\"failure\"];\n"
        "            \"mend\" [label=\"mend (at most 3 runs)\"];\n"
        "            \"mend\" -> \"unit\" [label=\"success\"];\n"
        "            \"mend\" -> \"checks.unit.$fail\" [label=\"failure\"];\n"
        "        }\n"
        "    }\n"
        "    \"checks\" -> \"lint\" [style=dashed];\n"
        "    \"checks\" -> \"unit\" [style=dashed, label=\"if `trigger.deep`\"];\n"
        "    \"files\" [label=\"files\"];\n"
        "    \"files\" -> \"notify\" [label=\"success\"];\n"
        "    \"files\" -> \"$fail\" [label=\"failure\"];\n"
        "    subgraph \"cluster_files\" {\n"
        "        label=\"for each file, at most 9, 3 at a time, until all have ended\";\n"
        "        \"files.$complete\" [shape=ellipse, label=\"complete\"];\n"
        "        \"files.$fail\" [shape=ellipse, label=\"fail\"];\n"
        "        \"pack\" [label=\"pack\"];\n"
        "        \"pack\" -> \"files.$complete\" [label=\"success\"];\n"
        "        \"pack\" -> \"files.$fail\" [label=\"failure\"];\n"
        "    }\n"
        "    \"files\" -> \"pack\" [style=dashed];\n"
        "    \"notify\" [label=\"notify (workflow send-mail)\"];\n"
        "    \"notify\" -> \"$complete\" [label=\"success\"];\n"
        "    \"notify\" -> \"$fail\" [label=\"failure\"];\n"
        "}\n");
}

Test(definition, mermaid_puts_branches_into_subgraphs)
{
    draws(
        GRAPH_MERMAID,
        "flowchart TD\n"
        "    step_checks[\"checks (at most 2 runs)\"]\n"
        "    subgraph block_checks[\"in parallel, until 2 have ended well\"]\n"
        "        subgraph block_checks_lint[\"lint\"]\n"
        "            step_lint[\"lint\"]\n"
        "            end_checks_lint_complete([\"complete\"])\n"
        "            end_checks_lint_fail([\"fail\"])\n"
        "        end\n"
        "        subgraph block_checks_unit[\"unit\"]\n"
        "            step_unit[\"unit\"]\n"
        "            step_mend[\"mend (at most 3 runs)\"]\n"
        "            end_checks_unit_complete([\"complete\"])\n"
        "            end_checks_unit_fail([\"fail\"])\n"
        "        end\n"
        "    end\n"
        "    step_files[\"files\"]\n"
        "    subgraph block_files[\"for each file, at most 9, 3 at a time, until all have ended\"]\n"
        "        step_pack[\"pack\"]\n"
        "        end_files_complete([\"complete\"])\n"
        "        end_files_fail([\"fail\"])\n"
        "    end\n"
        "    step_notify[\"notify (workflow send-mail)\"]\n"
        "    end_complete([\"complete\"])\n"
        "    end_fail([\"fail\"])\n"
        "    step_checks -->|\"success\"| step_files\n"
        "    step_checks -->|\"failure\"| end_fail\n"
        "    step_checks -.-> step_lint\n"
        "    step_lint -->|\"success\"| end_checks_lint_complete\n"
        "    step_lint -->|\"failure\"| end_checks_lint_fail\n"
        "    step_checks -.->|\"if `trigger.deep`\"| step_unit\n"
        "    step_unit -->|\"success\"| end_checks_unit_complete\n"
        "    step_unit -->|\"failure\"| step_mend\n"
        "    step_mend -->|\"success\"| step_unit\n"
        "    step_mend -->|\"failure\"| end_checks_unit_fail\n"
        "    step_files -->|\"success\"| step_notify\n"
        "    step_files -->|\"failure\"| end_fail\n"
        "    step_files -.-> step_pack\n"
        "    step_pack -->|\"success\"| end_files_complete\n"
        "    step_pack -->|\"failure\"| end_files_fail\n"
        "    step_notify -->|\"success\"| end_complete\n"
        "    step_notify -->|\"failure\"| end_fail\n");
}

Test(definition, a_step_knows_its_branch_of_a_parallel)
{
    json_t *root = release();

    cr_expect_str_eq(definition_branch_of(root, "mend"), "unit");
    cr_expect_str_eq(definition_branch_of(root, "lint"), "lint");
    cr_expect_null(definition_branch_of(root, "pack"));
    cr_expect_null(definition_branch_of(root, "checks"));
    cr_expect_null(definition_branch_of(root, "nowhere"));
    json_decref(root);
}

struct ids {
    char text[64];
};

static void add_id(const json_t *step, void *context)
{
    struct ids *ids = context;

    strcat(ids->text, json_string_value(json_object_get(step, "id")));
    strcat(ids->text, " ");
}

Test(definition, each_step_is_visited_before_those_inside_of_it)
{
    struct ids ids = {""};
    json_t *root = release();

    definition_each_step(root, add_id, &ids);
    cr_expect_str_eq(ids.text, "checks lint unit mend files pack notify ");
    json_decref(root);
}
