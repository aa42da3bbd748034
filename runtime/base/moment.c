/* moment.c: see moment.h. */
#include "base/moment.h"

#include <time.h>

/* What is left to be read, until something is wrong. */
struct reader {
    struct str rest;
    bool is_wrong;
};

static char take(struct reader *reader)
{
    const char c = reader->rest.len ? reader->rest.p[0] : '\0';

    reader->is_wrong = reader->is_wrong || !reader->rest.len;
    reader->rest = str_part(reader->rest, 1, reader->rest.len);
    return c;
}

static bool takes(struct reader *reader, char wanted)
{
    if (!reader->rest.len || reader->rest.p[0] != wanted)
        return false;
    take(reader);
    return true;
}

static void expect(struct reader *reader, char wanted)
{
    if (!takes(reader, wanted))
        reader->is_wrong = true;
}

/* So many digits, and no more than `max`. */
static int number(struct reader *reader, int digits, int min, int max)
{
    int value = 0;

    for (int i = 0; i < digits; i++) {
        const char c = take(reader);

        if (c < '0' || c > '9')
            reader->is_wrong = true;
        else
            value = value * 10 + (c - '0');
    }
    if (value < min || value > max)
        reader->is_wrong = true;
    return value;
}

/* Digits behind the third are read and do not count. */
static int64_t fraction_ms(struct reader *reader)
{
    int64_t ms = 0;
    int64_t place = 100;

    if (!takes(reader, '.'))
        return 0;
    do {
        ms += place * number(reader, 1, 0, 9);
        place /= 10;
    } while (reader->rest.len && reader->rest.p[0] >= '0' && reader->rest.p[0] <= '9');
    return ms;
}

static int64_t zone_ms(struct reader *reader)
{
    const int64_t minute_ms = 60 * 1000;
    int64_t sign = 1;
    int64_t minutes;

    if (takes(reader, 'Z'))
        return 0;
    if (takes(reader, '-'))
        sign = -1;
    else
        expect(reader, '+');
    minutes = 60 * number(reader, 2, 0, 23);
    expect(reader, ':');
    minutes += number(reader, 2, 0, 59);
    return sign * minutes * minute_ms;
}

bool moment_parse(struct str text, int64_t *unix_ms)
{
    struct reader reader = {.rest = text};
    struct tm tm = {0};
    int day;

    tm.tm_year = number(&reader, 4, 1970, 9999) - 1900;
    expect(&reader, '-');
    tm.tm_mon = number(&reader, 2, 1, 12) - 1;
    expect(&reader, '-');
    day = tm.tm_mday = number(&reader, 2, 1, 31);
    expect(&reader, 'T');
    tm.tm_hour = number(&reader, 2, 0, 23);
    expect(&reader, ':');
    tm.tm_min = number(&reader, 2, 0, 59);
    if (takes(&reader, ':'))
        tm.tm_sec = number(&reader, 2, 0, 60);
    *unix_ms = fraction_ms(&reader) - zone_ms(&reader);
    *unix_ms += (int64_t)timegm(&tm) * 1000;
    /* timegm makes the 1st of March of a 30th of February. */
    return !reader.is_wrong && !reader.rest.len && tm.tm_mday == day && *unix_ms >= 0;
}
