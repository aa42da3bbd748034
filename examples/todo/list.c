/* list.c: see list.h. */
#include "list.h"

#include <string.h>

static bool is_text(const char *text)
{
    const size_t len = strlen(text);

    return len > 0 && len < TEXT_MAX && !strchr(text, '\n');
}

bool list_add(struct list *list, const char *text)
{
    struct item *item = &list->items[list->count];

    if (list->count == ITEMS_MAX || !is_text(text))
        return false;
    item->is_done = false;
    strcpy(item->text, text);
    list->count++;
    return true;
}

bool list_mark_done(struct list *list, size_t number)
{
    if (number < 1 || number > list->count)
        return false;
    list->items[number - 1].is_done = true;
    return true;
}

static bool read_item(struct list *list, char *line)
{
    const bool is_done = !strncmp(line, "[x] ", 4);

    line[strcspn(line, "\n")] = '\0';
    if (!is_done && strncmp(line, "[ ] ", 4) != 0)
        return false;
    if (!list_add(list, line + 4))
        return false;
    list->items[list->count - 1].is_done = is_done;
    return true;
}

bool list_read(struct list *list, FILE *file)
{
    char line[TEXT_MAX + 8];

    list->count = 0;
    while (fgets(line, sizeof(line), file))
        if (!read_item(list, line))
            return false;
    return true;
}

static const char *box(const struct item *item)
{
    return item->is_done ? "[x]" : "[ ]";
}

void list_write(const struct list *list, FILE *file)
{
    for (size_t i = 0; i < list->count; i++)
        fprintf(file, "%s %s\n", box(&list->items[i]), list->items[i].text);
}

void list_print(const struct list *list, FILE *file)
{
    for (size_t i = 0; i < list->count; i++)
        fprintf(file, "%3zu %s %s\n", i + 1, box(&list->items[i]), list->items[i].text);
}
