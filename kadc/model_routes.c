/* model_routes.c: where a step goes on.
 *
 *     route     = STEP | "$complete" | "$fail" | condition | switch
 *     condition = {condition: template, then: route, else: route}
 *     switch    = {switch: [{when: template, then: route}...], else: route}
 *     outcomes  = {OUTCOME: route...}
 *
 * A missing `else` completes. */
#include "model_read.h"

static key_reader yes_read, no_read, case_then_read, cases_read;

static const struct key condition_keys[] = {
    {"condition", KEY_TEMPLATE, KEY_REQUIRED, offsetof(struct route, condition),
     .about = "true or false: which of the two ways"},
    {"then", KEY_NODE, KEY_REQUIRED, .read = yes_read, .shape = SHAPE_ROUTE,
     .about = "the way if it is true"},
    {"else", KEY_NODE, .read = no_read, .shape = SHAPE_ROUTE,
     .about = "the way if it is false"},
};
const struct key_set condition_set = KEY_SET("condition", NULL, condition_keys);

static const struct key case_keys[] = {
    {"when", KEY_TEMPLATE, KEY_REQUIRED, offsetof(struct route_case, when),
     .about = "true or false: whether this case is taken"},
    {"then", KEY_NODE, KEY_REQUIRED, .read = case_then_read, .shape = SHAPE_ROUTE,
     .about = "the way then"},
};
static const struct key_set case_set = KEY_SET("case", NULL, case_keys);

static const struct key switch_keys[] = {
    {"switch", KEY_LIST, KEY_REQUIRED_AND_NOT_EMPTY, .read = cases_read,
     .of = &case_set, .about = "the first case that holds is taken"},
    {"else", KEY_NODE, .read = no_read, .shape = SHAPE_ROUTE,
     .about = "the way if no case holds"},
};
const struct key_set switch_set = KEY_SET("switch", NULL, switch_keys);

static void yes_read(struct reader *reader, const struct node *key,
                     const struct node *value, void *target)
{
    (void)key;
    ((struct route *)target)->yes = route_read(reader, value);
}

static void no_read(struct reader *reader, const struct node *key,
                    const struct node *value, void *target)
{
    (void)key;
    ((struct route *)target)->no = route_read(reader, value);
}

static void case_then_read(struct reader *reader, const struct node *key,
                           const struct node *value, void *target)
{
    (void)key;
    ((struct route_case *)target)->then = route_read(reader, value);
}

static struct route *route_new(struct reader *reader, enum route_kind kind,
                               struct span span)
{
    struct route *route = arena_new(reader->program->arena, struct route);
    route->kind = kind;
    route->span = span;
    return route;
}

static void cases_read(struct reader *reader, const struct node *key,
                       const struct node *value, void *target)
{
    struct route *route = target;
    (void)key;
    route->cases = arena_array(reader->program->arena, struct route_case, value->count);
    for (size_t i = 0; i < value->count; i++) {
        struct route_case *one = &route->cases[route->case_count];
        if (!keys_read(reader, &case_set, value->items[i], one))
            continue;
        if (!one->then)
            one->then = route_new(reader, ROUTE_BROKEN, value->items[i]->span);
        route->case_count++;
    }
}

static struct route *target_read(struct reader *reader, const struct node *node)
{
    struct str text = text_read(reader, node, "target");
    enum route_kind kind = !text.p                     ? ROUTE_BROKEN
                           : str_is(text, "$complete") ? ROUTE_COMPLETE
                           : str_is(text, "$fail")     ? ROUTE_FAIL
                                                       : ROUTE_STEP;
    struct route *route = route_new(reader, kind, node->span);
    route->target_name = (struct name){text, node->span};
    return route;
}

/* Also a misspelt one. */
static bool is_switch_like(const struct node *map)
{
    static const struct str keys[] = {
        {"condition", 9}, {"then", 4}, {"else", 4}, {"switch", 6}};
    const struct names names = {keys, sizeof(keys) / sizeof(keys[0])};
    if (node_find(map, "switch") || node_find(map, "condition"))
        return node_find(map, "switch");
    for (size_t i = 0; i < map->count; i++) {
        struct nearest nearest = names_nearest(map->keys[i]->text, names);
        if (nearest.count == 1 && nearest.shown[0] + 1 == names.count)
            return true;
    }
    return false;
}

struct route *route_read(struct reader *reader, const struct node *node)
{
    if (node->kind == NODE_SCALAR)
        return target_read(reader, node);
    bool is_switch = node->kind == NODE_MAP && is_switch_like(node);
    struct route *route =
        route_new(reader, is_switch ? ROUTE_SWITCH : ROUTE_CONDITION, node->span);
    const struct key_set *set = is_switch ? &switch_set : &condition_set;
    bool was_read = false;
    if (node->kind == NODE_MAP && node->count == 0)
        diag_report(reader->program->diags, node->span, KAD0106,
                    "expected a step or a condition, found an empty map");
    else if (node->kind == NODE_MAP)
        was_read = keys_read(reader, set, node, route);
    else
        diag_report(reader->program->diags, node->span, KAD0106,
                    "expected a step or a condition, found %s", node_kind_text(node));
    if (!was_read ||
        (is_switch ? route->case_count == 0 : !route->condition || !route->yes)) {
        route->kind = ROUTE_BROKEN;
        return route;
    }
    if (!route->no) {
        route->no = route_new(reader, ROUTE_COMPLETE, node->span);
        route->no->is_default = true;
    }
    return route;
}

struct route *outcomes_read(struct reader *reader, const struct node *map)
{
    struct route *route = route_new(reader, ROUTE_OUTCOME, map->span);
    route->cases =
        arena_array(reader->program->arena, struct route_case, map->count + 1);
    for (size_t i = 0; i < map->count; i++) {
        struct route_case *one = &route->cases[route->case_count++];
        one->outcome = (struct name){map->keys[i]->text, map->keys[i]->span};
        one->then = route_read(reader, map->items[i]);
    }
    return route;
}

void outcomes_add_success(struct route *outcomes, struct route *on_success)
{
    outcomes->cases[outcomes->case_count++] = (struct route_case){.then = on_success};
}
