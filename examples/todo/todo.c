/* todo.c: the command line. The list is in the file TODO_FILE names, else in todo.txt. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"

static const char usage[] = "usage: todo add TEXT\n"
                            "       todo list\n"
                            "       todo done NUMBER\n";

static const char *path_of_list(void)
{
    const char *path = getenv("TODO_FILE");

    return path ? path : "todo.txt";
}

/* No file yet is an empty list. */
static bool load(struct list *list)
{
    FILE *file = fopen(path_of_list(), "r");
    bool is_read;

    list->count = 0;
    if (!file)
        return true;
    is_read = list_read(list, file);
    fclose(file);
    return is_read;
}

static bool save(const struct list *list)
{
    FILE *file = fopen(path_of_list(), "w");

    if (!file)
        return false;
    list_write(list, file);
    return fclose(file) == 0;
}

/* Changes the list as the arguments say; false: they make no sense. */
static bool change(struct list *list, int argc, char **argv)
{
    if (argc == 3 && !strcmp(argv[1], "add"))
        return list_add(list, argv[2]);
    if (argc == 3 && !strcmp(argv[1], "done"))
        return list_mark_done(list, strtoul(argv[2], NULL, 10));
    return false;
}

int main(int argc, char **argv)
{
    static struct list list;

    if (!load(&list)) {
        fprintf(stderr, "todo: %s is not a list\n", path_of_list());
        return 1;
    }
    if (argc == 2 && !strcmp(argv[1], "list")) {
        list_print(&list, stdout);
        return 0;
    }
    if (!change(&list, argc, argv)) {
        fputs(usage, stderr);
        return 2;
    }
    if (!save(&list)) {
        perror(path_of_list());
        return 1;
    }
    return 0;
}
