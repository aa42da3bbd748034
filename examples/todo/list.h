/* list.h: a list of things to do, kept in a text file with one item a line:
 *
 *     [ ] water the plants
 *     [x] write a test */
#ifndef TODO_LIST_H
#define TODO_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { ITEMS_MAX = 1000, TEXT_MAX = 200 };

struct item {
    bool is_done;
    char text[TEXT_MAX];
};

struct list {
    struct item items[ITEMS_MAX];
    size_t count;
};

/* false: the list is full, or the text is empty, too long, or more than a line. */
bool list_add(struct list *list, const char *text);

/* `number` counts from 1; false: there is no such item. */
bool list_mark_done(struct list *list, size_t number);

/* false: the file holds something else. */
bool list_read(struct list *list, FILE *file);
void list_write(const struct list *list, FILE *file);

/* As people read it: numbered. */
void list_print(const struct list *list, FILE *file);

#endif
