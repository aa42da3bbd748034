/* fuzz_manifest.c: any bytes as a module's manifest. */
#include "fuzz.h"
#include "model.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena arena = {0};
    struct program program = {.arena = &arena, .diags = diags_new(&arena)};
    struct module module = {0};
    const struct str text = {(const char *)bytes, len};

    manifest_parse(&program, S("demo"), source_of_text(&arena, "module.yaml", text),
                   &module);
    fuzz_print(program.diags);
    arena_release(&arena);
    return 0;
}
