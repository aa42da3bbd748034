/* tree.c: expressions as text, with no more parentheses than the order of the operators
 * demands: so that a wrong order in the parser would change what a workflow does. */
#include <stdio.h>

#include "model.h"

/* By rising precedence. */
enum level {
    LEVEL_CHOICE = 1,
    LEVEL_DEFAULT,
    LEVEL_OR,
    LEVEL_AND,
    LEVEL_EQUAL,
    LEVEL_LESS,
    LEVEL_SUM,
    LEVEL_PRODUCT,
    LEVEL_UNARY,
    LEVEL_LEAF
};

/* Operators between two operands, and names of functions. */
static const struct {
    const char *text;
    enum level level; /* 0: a function */
} signs[] = {
    [AND] = {"&&", LEVEL_AND},
    [OR] = {"||", LEVEL_OR},
    [EQUAL] = {"==", LEVEL_EQUAL},
    [NOT_EQUAL] = {"!=", LEVEL_EQUAL},
    [LESS] = {"<", LEVEL_LESS},
    [LESS_EQUAL] = {"<=", LEVEL_LESS},
    [MORE] = {">", LEVEL_LESS},
    [MORE_EQUAL] = {">=", LEVEL_LESS},
    [IN] = {"in", LEVEL_LESS},
    [ADD] = {"+", LEVEL_SUM},
    [SUBTRACT] = {"-", LEVEL_SUM},
    [MULTIPLY] = {"*", LEVEL_PRODUCT},
    [MODULO] = {"%", LEVEL_PRODUCT},
    [DEFAULT] = {"??", LEVEL_DEFAULT},
    [LENGTH] = {"length", 0},
    [CONTAINS] = {"contains", 0},
    [STARTS_WITH] = {"startsWith", 0},
    [ENDS_WITH] = {"endsWith", 0},
    [LOWER] = {"lower", 0},
    [UPPER] = {"upper", 0},
    [TRIM] = {"trim", 0},
    [REPLACE] = {"replace", 0},
    [SPLIT] = {"split", 0},
    [JOIN] = {"join", 0},
    [FORMAT] = {"format", 0},
    [MIN] = {"min", 0},
    [MAX] = {"max", 0},
    [FIRST] = {"first", 0},
    [LAST] = {"last", 0},
    [TO_JSON] = {"toJson", 0},
};

static enum level level_of(const struct tree *tree)
{
    switch (tree->op) {
    case LITERAL:
        return tree->kind.base == INTEGER && !tree->kind.depth &&
                       tree->literal.integer < 0
                   ? LEVEL_UNARY
                   : LEVEL_LEAF;
    case NOT:
    case NEGATE: return LEVEL_UNARY;
    case CHOICE: return LEVEL_CHOICE;
    default: break;
    }
    if (tree->op < sizeof(signs) / sizeof(signs[0]) && signs[tree->op].level)
        return signs[tree->op].level;
    return LEVEL_LEAF;
}

/* In parentheses if it binds less than `least`. */
static void operand_write(struct buf *buf, const struct flow *flow,
                          const struct tree *tree, enum level least)
{
    const bool is_loose = level_of(tree) < least;

    if (is_loose)
        buf_add_char(buf, '(');
    tree_write(buf, flow, tree);
    if (is_loose)
        buf_add_char(buf, ')');
}

/* a - b - c is (a - b) - c; what compares or has a default is not chained. */
static void binary_write(struct buf *buf, const struct flow *flow,
                         const struct tree *tree)
{
    const enum level level = signs[tree->op].level;
    const bool chains =
        level != LEVEL_EQUAL && level != LEVEL_LESS && level != LEVEL_DEFAULT;

    operand_write(buf, flow, tree->operands[0], chains ? level : level + 1);
    buf_printf(buf, " %s ", signs[tree->op].text);
    operand_write(buf, flow, tree->operands[1], level + 1);
}

static void list_write(struct buf *buf, const struct flow *flow,
                       const struct tree *tree)
{
    for (unsigned i = 0; i < tree->count; i++) {
        if (i)
            buf_printf(buf, ", ");
        tree_write(buf, flow, tree->operands[i]);
    }
}

/* Texts are in single quotes, since the YAML scalar around them is in double ones. */
static void literal_write(struct buf *buf, struct kind kind, struct value value)
{
    if (!kind.depth && kind.base == TEXT) {
        buf_printf(buf, "'%s'", value.text);
        return;
    }
    if (!kind.depth) {
        value_write(buf, kind, value);
        return;
    }
    kind.depth--;
    buf_add_char(buf, '[');
    for (size_t i = 0; i < value.count; i++) {
        buf_printf(buf, "%s", i ? ", " : "");
        literal_write(buf, kind, value.items[i]);
    }
    buf_add_char(buf, ']');
}

static void mixed_write(struct buf *buf, const struct flow *flow,
                        const struct tree *tree)
{
    for (unsigned i = 0; i < tree->count; i++) {
        if (i % 2 == 0) { /* the text between */
            buf_printf(buf, "%s", tree->operands[i]->literal.text);
            continue;
        }
        buf_printf(buf, "{{ ");
        tree_write(buf, flow, tree->operands[i]);
        buf_printf(buf, " }}");
    }
}

static void item_write(struct buf *buf, const struct tree *tree)
{
    buf_printf(buf, "%s", tree->step->as ? tree->step->as : "item");
}

void tree_write(struct buf *buf, const struct flow *flow, const struct tree *tree)
{
    const struct step *step = tree->step;

    switch (tree->op) {
    case LITERAL: literal_write(buf, tree->kind, tree->literal); return;
    case TRIGGER:
        buf_printf(buf, "trigger.%s", flow->parameters.items[tree->index].name);
        return;
    case OUTPUT:
        buf_printf(buf, "steps.%s.outputs.%s", step->id,
                   step_output(step, tree->index).name);
        return;
    case STATUS: buf_printf(buf, "steps.%s.status", step->id); return;
    case ATTEMPTS: buf_printf(buf, "steps.%s.attempts", step->id); return;
    case ERROR_CODE: buf_printf(buf, "steps.%s.error.code", step->id); return;
    case FLOW_STATUS: buf_printf(buf, "workflow.status"); return;
    case FLOW_ERROR_CODE: buf_printf(buf, "workflow.error.code"); return;
    case FLOW_ERROR_STEP: buf_printf(buf, "workflow.error.step"); return;
    case ITEM: item_write(buf, tree); return;
    case INDEX: buf_printf(buf, "index"); return;
    case LIST:
        buf_add_char(buf, '[');
        list_write(buf, flow, tree);
        buf_add_char(buf, ']');
        return;
    case NOT:
    case NEGATE:
        buf_add_char(buf, tree->op == NOT ? '!' : '-');
        operand_write(buf, flow, tree->operands[0], LEVEL_LEAF);
        return;
    case CHOICE:
        operand_write(buf, flow, tree->operands[0], LEVEL_DEFAULT);
        buf_printf(buf, " ? ");
        operand_write(buf, flow, tree->operands[1], LEVEL_DEFAULT);
        buf_printf(buf, " : ");
        operand_write(buf, flow, tree->operands[2], LEVEL_CHOICE);
        return;
    case QUOTIENT:
        buf_printf(buf, "round(");
        operand_write(buf, flow, tree->operands[0], LEVEL_PRODUCT);
        buf_printf(buf, " / ");
        operand_write(buf, flow, tree->operands[1], LEVEL_UNARY);
        buf_add_char(buf, ')');
        return;
    case AT:
        operand_write(buf, flow, tree->operands[0], LEVEL_LEAF);
        buf_add_char(buf, '[');
        tree_write(buf, flow, tree->operands[1]);
        buf_add_char(buf, ']');
        return;
    case MIXED: mixed_write(buf, flow, tree); return;
    default: break;
    }
    if (signs[tree->op].level) {
        binary_write(buf, flow, tree);
        return;
    }
    buf_printf(buf, "%s(", signs[tree->op].text);
    list_write(buf, flow, tree);
    buf_add_char(buf, ')');
}
