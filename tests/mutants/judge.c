/* judge.c: a text through all passes, in this process. */
#include "judge.h"

#include <stdlib.h>
#include <string.h>

#include "passes.h"

/* "PATH:LINE:COLUMN: error[CODE slug]: ..." */
static void add_finding(struct arena *arena, struct findings *findings,
                        const char *path, const char *line)
{
    const char *code = strstr(line, "[KAD");
    struct finding finding = {0};

    if (!code)
        return;
    if (strncmp(line, path, strlen(path)) == 0)
        finding.line = (uint32_t)strtoul(line + strlen(path) + 1, NULL, 10);
    finding.code =
        (enum diag_code)diag_code_find((struct str){code + 1, strlen("KAD0000")});
    finding.message = str_hash(str_of(code));
    vec_push(arena, &findings->all, finding);
}

static struct findings collect(struct arena *arena, struct diags *diags,
                               const char *path)
{
    struct findings findings = {0};
    char *printed = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&printed, &len);

    diag_print(diags, out, (struct diag_style){.format = DIAG_SHORT}, 1);
    fclose(out);
    findings.text = arena_copy(arena, printed, len);
    for (char *line = strtok(printed, "\n"); line; line = strtok(NULL, "\n"))
        add_finding(arena, &findings, path, line);
    free(printed);
    return findings;
}

struct findings judge(struct arena *arena, const struct subject *subject,
                      struct str text)
{
    const int folder = (int)(strrchr(subject->path, '/') - subject->path);
    struct str module_dirs[] = {
        str_printf(arena, "%.*s/modules", folder, subject->path),
        str_printf(arena, "%.*s/../modules", folder, subject->path),
        S("modules"),
    };
    struct program program = {.arena = arena,
                              .diags = diags_new(arena),
                              .module_dirs = module_dirs,
                              .module_dir_count = 3};
    const struct source *source = source_of_text(arena, subject->path, text);
    const struct node *root = doc_parse(arena, source, program.diags);

    vec_push(arena, &program.workflows, model_read(&program, source, root));
    passes_run(&program);
    return collect(arena, program.diags, subject->path);
}

/* Takes those that are found again out of `old` and `now`. */
static void match(struct findings *old, struct findings *now, bool is_by_message)
{
    size_t kept = 0;

    for (size_t i = 0; i < now->all.count; i++) {
        const struct finding found = now->all.items[i];
        size_t at = 0;

        while (at < old->all.count &&
               (is_by_message ? old->all.items[at].message != found.message
                              : old->all.items[at].code != found.code))
            at++;
        if (at == old->all.count)
            now->all.items[kept++] = found;
        else
            old->all.items[at] = old->all.items[--old->all.count];
    }
    now->all.count = kept;
}

struct findings judge_new(struct arena *arena, const struct findings *old,
                          const struct findings *now)
{
    struct findings gone = {0}, fresh = {.text = now->text};

    for (size_t i = 0; i < old->all.count; i++)
        vec_push(arena, &gone.all, old->all.items[i]);
    for (size_t i = 0; i < now->all.count; i++)
        vec_push(arena, &fresh.all, now->all.items[i]);
    match(&gone, &fresh, true);
    match(&gone, &fresh, false);
    return fresh;
}
