/* fuzz_cron.c: any text as a schedule: a fault has its place in the text and a suggestion that
 * mends it, a schedule fires at times of its sets, no two of them closer than its gap. */
#include <assert.h>

#include "base/cron.h"
#include "fuzz.h"

static void check_faults(struct arena *arena, struct str text,
                         const struct cron_faults *faults)
{
    assert(faults->count >= 1 && faults->count <= CRON_FIELDS);
    for (size_t i = 0; i < faults->count; i++) {
        const struct cron_fault *fault = &faults->items[i];
        const struct cron_place place = fault->place;

        assert(fault->message && place.offset + place.len <= text.len);
        assert(place.len > 0 || str_trim(text).len == 0);
        assert(str_utf8_valid_len(str_of(fault->message)) ==
               str_of(fault->message).len);
        if (fault->instead && fault->is_sure) {
            const struct str mended =
                str_printf(arena, "%.*s%s%.*s", STR(str_part(text, 0, place.offset)),
                           fault->instead,
                           STR(str_part(text, place.offset + place.len, text.len)));
            struct cron cron;
            struct cron_faults left;

            assert(cron_parse(arena, mended, &cron, &left) ||
                   left.items[0].place.offset != place.offset ||
                   left.count < faults->count);
        }
    }
}

static void check_times(const struct cron *cron)
{
    const int64_t gap = cron_gap_minutes(cron);
    int64_t last, next;

    assert(cron->minutes && cron->hours && cron->days && cron->months &&
           cron->weekdays);
    if (!cron_next(cron, 0, &last)) {
        assert(!cron_can_fire(cron) && gap == 0);
        return;
    }
    for (int i = 0; i < 20; i++, last = next) {
        struct civil civil;

        assert(cron_next(cron, last, &next) && next - last >= gap && gap > 0);
        civil = civil_of(next);
        assert(civil_minute(&civil) == next);
        assert(cron->minutes >> civil.minute & 1 && cron->hours >> civil.hour & 1 &&
               cron->months >> civil.month & 1);
        assert(cron->days >> civil.day & 1 || cron->weekdays >> civil.weekday & 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena arena = {0};
    const struct str text = {(const char *)bytes, len};
    struct cron cron;
    struct cron_faults faults;

    if (str_utf8_valid_len(text) == len && len > 0) {
        if (cron_parse(&arena, text, &cron, &faults))
            check_times(&cron);
        else
            check_faults(&arena, text, &faults);
    }
    arena_release(&arena);
    return 0;
}
