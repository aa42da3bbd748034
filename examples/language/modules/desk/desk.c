/* desk.c: see module.yaml. */
#include "modules/desk.h"

#include <string.h>

enum kad_outcome desk_sort(struct kad_step *step, const struct desk_sort_inputs *in,
                           enum desk_sort_outcome *outcome)
{
    if (strchr(in->text, '?'))
        *outcome = DESK_SORT_QUESTION;
    else if (strstr(in->text, "crash") || strstr(in->text, "broken"))
        *outcome = DESK_SORT_BUG;
    else
        *outcome = DESK_SORT_PRAISE;
    kad_log(step, "sorted");
    return KAD_SUCCESS;
}
