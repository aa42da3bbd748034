/* publish.h: a pull request by gh, where gh knows the repository. */
#ifndef KAD_REVIEW_PUBLISH_H
#define KAD_REVIEW_PUBLISH_H

#include "commit.h"

/* *url stays NULL where there is no gh, no remote, or none that gh knows.
 * KAD_FAILURE: said, `gh_failed`; the commit and its branch stay. */
KAD_MUST_USE enum kad_outcome publish(const struct git *git,
                                      const struct commit *commit,
                                      const char *description, const char **url);

#endif
