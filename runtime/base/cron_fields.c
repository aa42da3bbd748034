/* cron_fields.c: see cron_fields.h. */
#include "base/cron_fields.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define NAME(text)                                                                     \
    {                                                                                  \
        text, sizeof(text) - 1                                                         \
    }

static const struct str months[] = {NAME("JAN"), NAME("FEB"), NAME("MAR"), NAME("APR"),
                                    NAME("MAY"), NAME("JUN"), NAME("JUL"), NAME("AUG"),
                                    NAME("SEP"), NAME("OCT"), NAME("NOV"), NAME("DEC")};
static const struct str weekdays[] = {NAME("SUN"), NAME("MON"), NAME("TUE"),
                                      NAME("WED"), NAME("THU"), NAME("FRI"),
                                      NAME("SAT")};
static const char *const full_months[] = {
    "JANUARY", "FEBRUARY", "MARCH",     "APRIL",   "MAY",      "JUNE",
    "JULY",    "AUGUST",   "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER"};
static const char *const full_weekdays[] = {
    "SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"};
enum { MONTH_COUNT = 12, WEEKDAY_COUNT = 7 };

const struct cron_values cron_fields[CRON_FIELDS] = {
    [CRON_MINUTE] = {"minute", "minutes", "minutes are 0 to 59", 0, 59, 59, NULL, NULL,
                     0},
    [CRON_HOUR] = {"hour", "hours", "hours are 0 to 23; midnight is 0", 0, 23, 23, NULL,
                   NULL, 0},
    [CRON_DAY] = {"day of a month", "days", "days of a month are 1 to 31", 1, 31, 31,
                  NULL, NULL, 0},
    [CRON_MONTH] = {"month", "months", "months are 1 to 12, or JAN to DEC", 1, 12, 12,
                    months, full_months, MONTH_COUNT},
    [CRON_WEEKDAY] = {"day of the week", "days of the week",
                      "days of the week are 0 to 7, or SUN to SAT", 0, 6, 7, weekdays,
                      full_weekdays, WEEKDAY_COUNT},
};

bool cron_is_number(struct str word)
{
    for (size_t i = 0; i < word.len; i++)
        if (!isdigit((unsigned char)word.p[i]))
            return false;
    return word.len > 0;
}

bool cron_equal_any_case(struct str a, struct str b)
{
    return a.len == b.len && strncasecmp(a.p, b.p, a.len) == 0;
}

const char *cron_foreign_help(struct str word)
{
    const char last = word.len ? word.p[word.len - 1] : '\0';

    if (str_find(word, S("#")) < word.len)
        return "there is no n-th day of the week: run on each, and let the workflow look "
               "at the date";
    if (last == 'W' &&
        (cron_is_number(str_part(word, 0, word.len - 1)) || word.len < 3))
        return "there is no nearest working day: run on MON-FRI, and let the workflow "
               "look at the date";
    if (last == 'L' &&
        (cron_is_number(str_part(word, 0, word.len - 1)) || word.len == 1))
        return "there is no last day: run on the first of the next month instead, or on "
               "days 28-31 and let the workflow look at the date";
    if (str_is(word, "H"))
        return "there is no value of kad's choice: name one";
    if (str_is(word, "~"))
        return "there is no value by chance: name one";
    return NULL;
}

const char *cron_name_find(const struct cron_values *field, struct str word)
{
    for (unsigned i = 0; i < field->name_count && word.len >= field->names[i].len; i++)
        if (word.len <= strlen(field->full_names[i]) &&
            strncasecmp(field->full_names[i], word.p, word.len) == 0)
            return field->names[i].p;
    return NULL;
}

const char *cron_elsewhere_help(struct str word)
{
    if (cron_name_find(&cron_fields[CRON_MONTH], word))
        return "months stand in the fourth field";
    if (cron_name_find(&cron_fields[CRON_WEEKDAY], word))
        return "days of the week stand in the fifth field";
    return NULL;
}
