/* upkeep.h: what keeps a database and its large values small, and copies them. For journals of
 * store_open alone.
 *
 * Others go on meanwhile: each call is one short transaction, or several. Executions are
 * deleted with those that they have called; that their files are to go is noted in the same
 * transaction, so that after a crash the next upkeep finds them. */
#ifndef KAD_STORE_UPKEEP_H
#define KAD_STORE_UPKEEP_H

#include "store/store.h"

/* Executions of a workflow that nobody has called, newest first, from before a slot. */
enum store_error store_page(struct journal *journal, struct arena *arena,
                            const char *workflow_id, int64_t before_slot, size_t limit,
                            struct execution_row **rows, size_t *count);

/* The newest of all, or the one that it was called from; it is never deleted, so that no slot
 * is given twice: somebody may still have its byte. NOT_FOUND: there is none. */
enum store_error store_newest(struct journal *journal, struct arena *arena,
                              const char **id);

/* What one transaction has deleted. */
struct deletion {
    size_t done; /* of the ids: one at least */
    size_t executions, called;
};
/* Deletes those that have ended before then; the caller holds their locks. Only as many as do
 * not take long. */
enum store_error store_delete(struct journal *journal, const char *const *ids,
                              size_t count, int64_t before_ms,
                              struct deletion *deletion);

/* A deleted execution whose files may be there. */
struct pruned_row {
    const char *id;
    const char *workspace; /* or NULL */
};
/* Notes those ids that no execution has, as if it had been deleted: of one that was never
 * stored because its process was killed. Whoever creates one at the same moment is waited
 * for. */
enum store_error store_note_lost(struct journal *journal, const char *const *ids,
                                 size_t count);
enum store_error store_pruned(struct journal *journal, struct arena *arena,
                              const char *after_id, size_t limit,
                              struct pruned_row **rows, size_t *count);
/* Their files are gone. */
enum store_error store_forget_pruned(struct journal *journal,
                                     const struct pruned_row *rows, size_t count);

/* Deletes events from before then; `is_dry`: counts them. */
enum store_error store_delete_events(struct journal *journal, int64_t before_ms,
                                     bool is_dry, size_t *count);

/* Removes files of large values that no row refers to; none while somebody copies or reads them. */
enum store_error store_sweep_values(struct journal *journal, size_t *count);

/* Build ids, and texts of state.modules (JSON), that executions refer to. */
enum store_error store_builds(struct journal *journal, struct arena *arena,
                              const char ***ids, size_t *count);
enum store_error store_modules(struct journal *journal, struct arena *arena,
                               const char ***texts, size_t *count);

/* The file and its log become as small as what they hold. */
struct shrinking {
    int64_t bytes_before, bytes_after; /* of both */
    bool is_rewritten; /* as a whole: it was made before files could shrink */
    bool is_log_kept;  /* somebody reads what only the log has */
};
enum store_error store_shrink(struct journal *journal, struct shrinking *shrinking);

/* A copy as of one moment, at `file`, which is not there yet (0600), with the large values
 * that it refers to. NULL, or an error text; *is_there: the file exists. */
const char *store_backup(struct journal *journal, struct arena *arena, const char *file,
                         bool *is_there);

#endif
