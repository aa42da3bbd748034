/* emit_list.c: lists of values in braces, laid out as clang-format does.
 *
 * On one line if it fits; else one item a line, but five items or more in columns where
 * their widths allow it. */
#include "emit.h"
#include "wrap.h"

enum {
    COLUMNS_MIN = 5, /* items from which on there are columns */
    UNEVEN_MAX = 10, /* how much widths in a column may differ */
    ROW_MAX = WRAP_COLUMNS / 3
};

/* One way to lay out a list. */
struct layout {
    size_t columns;
    size_t rows;
    size_t width;
    size_t widths[ROW_MAX];
};

/* An item's width with its comma. */
static size_t item_width(struct str item)
{
    return str_utf8_count(item) + 1;
}

/* false: the items of some column differ too much, or no row is full. */
static bool lay_out(const struct str *items, size_t count, size_t columns,
                    struct layout *layout)
{
    size_t narrowest[ROW_MAX];

    if (columns > count)
        return false;
    *layout = (struct layout){.columns = columns, .width = columns - 1};
    layout->rows = (count + columns - 1) / columns;
    for (size_t i = 0; i < count; i++) {
        const size_t column = i % columns, width = item_width(items[i]);

        if (i < columns || width < narrowest[column])
            narrowest[column] = width;
        if (width > layout->widths[column])
            layout->widths[column] = width;
    }
    for (size_t i = 0; i < columns; i++) {
        if (i + 1 < columns && layout->widths[i] - narrowest[i] > UNEVEN_MAX)
            return false;
        layout->width += layout->widths[i];
    }
    return true;
}

/* The layout with the fewest rows that fits, of these the one with the fewest columns. */
static struct layout best_layout(const struct str *items, size_t count, size_t room)
{
    struct layout best = {.columns = 1}, layout;
    bool has_best = false;

    for (size_t columns = ROW_MAX; columns > 0; columns--) {
        if (!lay_out(items, count, columns, &layout) ||
            (layout.width > room && columns > 1))
            continue;
        if (has_best && layout.rows > best.rows)
            break;
        best = layout;
        has_best = true;
    }
    return best;
}

static void add_row(struct emit *e, const struct str *items, size_t count,
                    const struct layout *layout)
{
    struct buf *row = &e->flat;

    row->len = 0;
    for (size_t i = 0; i < count; i++) {
        buf_printf(row, "%s%.*s,", i ? " " : "", STR(items[i]));
        if (i + 1 < count)
            buf_fill(row, ' ', layout->widths[i] - item_width(items[i]));
    }
    emit_directive(e, "%*s%s", (int)e->indent, "", row->p);
}

void emit_list(struct emit *e, const char *declaration, const struct str *items,
               size_t count)
{
    struct buf *flat = &e->flat;
    struct layout layout;

    flat->len = 0;
    buf_printf(flat, "%s = {", declaration);
    for (size_t i = 0; i < count; i++)
        buf_printf(flat, "%s%.*s", i ? ", " : "", STR(items[i]));
    buf_add(flat, S("};"));
    if (emit_fits(e, str_utf8_count(buf_str(flat)))) {
        emit_line(e, "%s", flat->p);
        return;
    }
    emit_open(e, "%s =", declaration);
    layout = count < COLUMNS_MIN ? (struct layout){.columns = 1}
                                 : best_layout(items, count, WRAP_COLUMNS - e->indent);
    for (size_t i = 0; i < count; i += layout.columns) {
        const size_t rest = count - i;

        if (layout.columns == 1)
            emit_line(e, "%.*s,", STR(items[i]));
        else
            add_row(e, items + i, rest < layout.columns ? rest : layout.columns,
                    &layout);
    }
    emit_close(e, ";");
}
