/* write.c: writes random workflows for kadc: write FOLDER SEED COUNT BLOCKS [FLAW]
 *
 * Also FOLDER/table.c, with all that the driver has to know of them. COUNT includes
 * those that others call. BLOCKS: a sum of WITH_PARALLEL and so on. FLAW 1, 2: see enum flaw. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "model.h"

static void file_write(const char *folder, const char *name, const struct buf *text)
{
    char path[512];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "w");
    if (!file || fwrite(text->p, 1, text->len, file) != text->len || fclose(file)) {
        perror(path);
        exit(2);
    }
}

static void c_id(struct buf *buf, const char *id)
{
    for (; *id; id++)
        buf_add_char(buf, *id == '-' ? '_' : *id);
}

/* With those that it calls; how many these are. */
static uint64_t yaml_write(struct arena *arena, const char *folder,
                           const struct flow *flow)
{
    uint64_t count = 1;
    struct buf yaml;

    buf_init(&yaml, arena);
    flow_write(&yaml, flow);
    file_write(folder, arena_printf(arena, "%s.yaml", flow->id), &yaml);
    for (unsigned i = 0; i < flow->step_count; i++)
        if (flow->steps[i]->callee)
            count += yaml_write(arena, folder, flow->steps[i]->callee);
    return count;
}

struct table {
    struct buf declared, entries;
};

static void table_add(struct table *table, const struct flow *flow, unsigned blocks)
{
    buf_printf(&table->declared, "extern const struct kad_workflow ");
    c_id(&table->declared, flow->id);
    buf_printf(&table->declared, "_workflow;\n");
    buf_printf(&table->entries, "    {\"%s\", UINT64_C(%" PRIu64 "), %u, &", flow->id,
               flow->seed, blocks);
    c_id(&table->entries, flow->id);
    buf_printf(&table->entries, "_workflow},\n");
}

int main(int argc, char **argv)
{
    const char *folder = argc >= 5 ? argv[1] : NULL;
    const uint64_t seed = folder ? strtoull(argv[2], NULL, 10) : 0;
    const uint64_t count = folder ? strtoull(argv[3], NULL, 10) : 0;
    const unsigned blocks = folder ? (unsigned)strtoul(argv[4], NULL, 10) : 0;
    const enum flaw flaw = argc > 5 ? (enum flaw)atoi(argv[5]) : SOUND;
    struct arena memory = {0};
    struct table table;

    if (!folder) {
        fprintf(stderr, "write FOLDER SEED COUNT BLOCKS [FLAW]\n");
        return 2;
    }
    buf_init(&table.declared, &memory);
    buf_init(&table.entries, &memory);
    for (uint64_t i = 0, made = 0; made < count; i++) {
        struct arena arena = {0};
        char id[24];
        const struct flow *flow;

        snprintf(id, sizeof(id), "r%" PRIu64, i);
        flow = flow_new(&arena, id, seed + i, blocks, flaw);
        if (flow) {
            made += yaml_write(&arena, folder, flow);
            table_add(&table, flow, blocks);
        }
        arena_release(&arena);
    }
    buf_printf(&table.declared,
               "\nconst struct random_entry random_table[] = {\n%s};\n"
               "const size_t random_count = sizeof(random_table) / "
               "sizeof(random_table[0]);\n",
               table.entries.p);
    file_write(
        folder, "table.c",
        &(struct buf){
            .p = arena_printf(&memory, "#include \"table.h\"\n\n%s", table.declared.p),
            .len = table.declared.len + sizeof("#include \"table.h\"\n\n") - 1});
    arena_release(&memory);
    return 0;
}
