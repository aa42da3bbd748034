/* definition.h: a workflow's definition, one JSON document, and pictures of it.
 *
 * kadc writes it (--emit=describe) and puts it into the program; the store keeps it in
 * `workflows.definition`. Pictures are made from it, so that kadc, wf-ID and kad draw the
 * same.
 *
 *     {"id", "name", "version", "description"?, "source",
 *      "triggers": [{"type": "cli", "command", "params": [{"name", "schema", "required"}]}],
 *      "steps": [step],
 *      "outputs"?: {schema}, "timeoutMs"?, "concurrency"?, "workspace"?: "worktree",
 *      "env"?: [name], "secrets"?: [name],
 *      "bounds": {"stepRuns": n, "agentCalls": n, "timeMs"?: n,
 *                 "most": {BOUND: {"steps": [step id], "share": n}}}}
 *
 *     step: {"id", "name"?, "description"?, "line", WORK, "lock"?, "maxRetries"?, "retry"?,
 *            "timeoutMs"?, "recovers"?, "inputs"?: {schema}, "outputs": {schema},
 *            "routes": [{"on": "success"|"failure"|"timeout", "when"?: text,
 *                        "to": step id | "$complete" | "$fail"}]}
 *     WORK: "module", "action", "idempotent" | "run": [text], "idempotent"
 *           | "wait": text | WAY | {"first": {name: WAY}}
 *           | "approval": {"prompt", "choices"} | "route": true
 *           | "parallel": {MODE, "branches": [{"name", "when"?: text, "steps": [step]}]}
 *           | "forEach": {"items", "as", "max", "concurrency", MODE, "steps": [step]}
 *           | "workflow": id
 *     WAY: {"after" | "until" | "event", "match"?: {field: value}}
 *     MODE: "mode": "all"|"any"|"settle"|"atLeast", "atLeast"?: n */
#ifndef KAD_DEFINITION_H
#define KAD_DEFINITION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

enum graph_format { GRAPH_TEXT, GRAPH_DOT, GRAPH_MERMAID };

/* "dot" and so on; false: none of them. */
bool graph_format_find(const char *name, enum graph_format *format);
void definition_draw(const json_t *definition, enum graph_format format, FILE *out);

/* Calls `visit` for each step, those inside of a block after it. */
void definition_each_step(const json_t *definition,
                          void (*visit)(const json_t *step, void *context),
                          void *context);

/* The branch of `parallel:` that a step stands in, by its name; NULL: in none, or unknown. */
const char *definition_branch_of(const json_t *definition, const char *step_id);

/* "At most 23 step runs, 18 agent calls, 6h 10m": the same line everywhere. */
void definition_bounds_line(const json_t *definition, FILE *out);
/* "At most 23 step runs (10 in the loop of test and fix-tests), ...": with the step or loop
 * that takes the most of each. */
void definition_bounds_detail(const json_t *definition, FILE *out);

#endif
