/* document.h: what --json prints: one JSON document on standard output, and what stands in
 * several of them.
 *
 * References that come back are new; what is not there is null: a document always has the same
 * keys. */
#ifndef KAD_DOCUMENT_H
#define KAD_DOCUMENT_H

#include <jansson.h>

#include "base/str.h"
#include "store/store.h"

/* What is not UTF-8 becomes U+FFFD: Jansson takes nothing else. */
json_t *document_text(const char *text);
json_t *document_text_of(struct str text);
/* Of text that is JSON. */
json_t *document_json(const char *text);
/* 0: null. */
json_t *document_time(int64_t unix_ms);
/* What an execution waits for; see docs/commands.md. */
json_t *document_gate(const struct gate_row *gate);

/* Prints it, and takes the reference. Returns `exit_code`; or KAD_EXIT_BUG, and has said so,
 * if it is no document. */
int document_print(json_t *document, int exit_code);

#endif
