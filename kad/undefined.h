/* undefined.h: what the linker misses, in the words of the author of a module: KAD1102. */
#ifndef KAD_UNDEFINED_H
#define KAD_UNDEFINED_H

#include "base/arena.h"
#include "base/str.h"

/* Says on stderr which functions of a native module the linker has named as undefined.
 *
 *   linker_text  what the linker has said. GNU ld and gold quote the name as `NAME', lld
 *                and mold end the line with it: only whole words are looked at.
 *   module       its folder is modules/MODULE of the project */
void undefined_explain(struct arena *arena, struct str linker_text, const char *module);

#endif
