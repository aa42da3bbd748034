/* schema.h: the language as JSON Schema, draft 2020-12, for editors. */
#ifndef KADC_SCHEMA_H
#define KADC_SCHEMA_H

#include <jansson.h>

/* Of a workflow's file. It knows what the tables of keys know: structure, not names. */
json_t *schema_workflow(void);

#endif
