/* memory.h: what the parts of the journal in memory share.
 *
 * memory.c        what writes, and the table of operations
 * memory_read.c   what reads
 * memory_rows.c   copies, and finding */
#ifndef KAD_STORE_MEMORY_H
#define KAD_STORE_MEMORY_H

#include "base/vec.h"
#include "store/store.h"

/* An execution with all that belongs to it, oldest first. */
struct entry {
    struct execution_row row;
    int64_t parent_seq; /* history_seq of the caller when it called this one */
    VEC(struct step_row) steps;
    VEC(struct history_row) history;
    VEC(struct gate_row) gates;
    VEC(struct position_row) positions;
    VEC(int64_t) taken_events;
};

struct memory_journal {
    struct journal base;
    struct arena arena;
    VEC(struct entry *) entries;
    VEC(struct workflow_row) workflows;
    VEC(struct event_row) events; /* events.items[id - 1] */
};

/* ---- memory_rows.c --------------------------------------------------------------- */

/* NULL stays NULL; a row's `item` and `way` become "". */
struct execution_row execution_copy(struct arena *arena,
                                    const struct execution_row *from);
/* Without what may be large: see store.h, lists. */
struct execution_row execution_copy_listed(struct arena *arena,
                                           const struct execution_row *from);
struct step_row step_copy(struct arena *arena, const struct step_row *from);
struct history_row history_copy(struct arena *arena, const struct history_row *from);
struct gate_row gate_copy(struct arena *arena, const struct gate_row *from);
struct position_row position_copy(struct arena *arena, const struct position_row *from);
struct event_row event_copy(struct arena *arena, const struct event_row *from);
struct workflow_row workflow_copy(struct arena *arena, const struct workflow_row *from);

/* NULL is like nothing. */
bool text_is_same(const char *a, const char *b);
/* NULL: there is none. */
struct entry *memory_entry(struct memory_journal *journal, const char *id);
struct entry *memory_child_entry(struct memory_journal *journal,
                                 const char *parent_key);
/* One more row of its history; gives it its seq. */
void entry_tell(struct memory_journal *journal, struct entry *entry,
                const struct history_row *row);
/* Some way of the attempt has been opened. */
bool entry_is_answered(const struct entry *entry, const char *step_key);
bool entry_has_taken(const struct entry *entry, int64_t event_id);

/* ---- memory_read.c --------------------------------------------------------------- */

enum store_error memory_find(struct journal *base, struct arena *arena,
                             const char *prefix, struct execution_row *row);
enum store_error memory_last_step(struct journal *base, struct arena *arena,
                                  const char *execution_id, const char *step_id,
                                  const char *item, uint32_t before_visit,
                                  struct step_row *row);
enum store_error memory_inside(struct journal *base, const char *parent, size_t limit,
                               bool outputs_only, const struct step_taker *taker);
enum store_error memory_steps(struct journal *base, struct arena *arena,
                              const char *execution_id, struct step_row **rows,
                              size_t *count);
enum store_error memory_history(struct journal *base, struct arena *arena,
                                const char *execution_id, int64_t after_seq,
                                struct history_row **rows, size_t *count);
enum store_error memory_turns(struct journal *base, struct arena *arena,
                              const char *execution_id, struct history_row **rows,
                              size_t *count);
enum store_error memory_starts(struct journal *base, struct arena *arena,
                               const char *execution_id, int64_t after_seq,
                               struct start_count **counts, size_t *count);
enum store_error memory_gates(struct journal *base, struct arena *arena,
                              const char *execution_id, struct gate_row **rows,
                              size_t *count);
enum store_error memory_positions(struct journal *base, struct arena *arena,
                                  const char *execution_id, struct position_row **rows,
                                  size_t *count);
enum store_error memory_child(struct journal *base, struct arena *arena,
                              const char *parent_key, struct execution_row *row);
enum store_error memory_children(struct journal *base, struct arena *arena,
                                 const char *execution_id, struct execution_row **rows,
                                 size_t *count);
enum store_error memory_events(struct journal *base, struct arena *arena,
                               const char *execution_id, const char *name,
                               int64_t since_ms, struct event_row **rows,
                               size_t *count);
enum store_error memory_gates_for_event(struct journal *base, struct arena *arena,
                                        const char *name, struct gate_row **rows,
                                        const char ***executions, size_t *count);
enum store_error memory_list(struct journal *base, struct arena *arena,
                             const char *workflow_id, size_t limit,
                             struct execution_row **rows, size_t *count);
enum store_error memory_workflows(struct journal *base, struct arena *arena,
                                  struct workflow_row **rows, size_t *count);
enum store_error memory_requested(struct journal *base, struct arena *arena,
                                  const char *execution_id, const char **request);

#endif
