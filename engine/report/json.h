/* json.h - JSON values that remember whether memory ran out. */
#ifndef DSMTP_REPORT_JSON_H
#define DSMTP_REPORT_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/status.h"

/* object[key] = value; takes the value over. false: out of memory (also when value is NULL because
 * of that). */
bool dsmtp_json_put(json_t *object, const char *key, json_t *value);

/* A clean string (report/clean.h), null for NULL; NULL when out of memory. */
json_t *dsmtp_json_text(const char *s);

/* Octets in hex. */
json_t *dsmtp_json_hex(const unsigned char *data, size_t len);

/* Words separated by spaces, and lists of strings, as arrays. */
json_t *dsmtp_json_words(const char *words);
json_t *dsmtp_json_list(const char *const *list, unsigned count);

/* An object on one line, to be freed; flags of json_dumps besides those for that. NULL: out of
 * memory, or nothing to print. */
char *dsmtp_json_print(const json_t *object, size_t flags);

/* Write an object as one line and drop it. DSMTP_NOMEM also when complete is false. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_json_write(FILE *to, json_t *object, bool complete);

#endif
