/* next.c: see next.h. */
#include "next.h"

#include "words.h"

static const char *with_database(struct arena *arena, const char *command,
                                 const char *database)
{
    return database
               ? arena_printf(arena, "%s --db %s", command, shell_word(arena, database))
               : command;
}

const char *next_verb(struct arena *arena, const char *database, const char *verb,
                      const char *execution, const char *options)
{
    return with_database(
        arena, arena_printf(arena, "kad workflow %s %s%s", verb, execution, options),
        database);
}

const char *next_emit(struct arena *arena, const char *database,
                      const struct gate_row *gate)
{
    const char *match = gate->match ? gate->match : "";

    return with_database(arena,
                         arena_printf(arena, "kad emit %s%s%s", gate->event,
                                      *match ? " --data " : "",
                                      *match ? shell_word(arena, match) : ""),
                         database);
}

const char *next_step(struct arena *arena, struct str step)
{
    return arena_printf(arena, " --step %s", shell_word(arena, str_copy(arena, step)));
}
