/* watch.h: an execution's status, shown again and again until it stops. */
#ifndef KAD_WATCH_H
#define KAD_WATCH_H

#include "session.h"

/* Returns when nobody runs the execution any more, with the exit code that `kad workflow run`
 * would have for where it stands. On a terminal the page takes the screen's place, elsewhere
 * one follows the other when something has happened; as JSON only the last is printed. */
int watch_execution(struct session *session, const char *prefix);

#endif
