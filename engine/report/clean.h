/* clean.h - text from the wire made fit for a terminal and for JSON. */
#ifndef DSMTP_REPORT_CLEAN_H
#define DSMTP_REPORT_CLEAN_H

#include <stdio.h>

/* Room that the clean form of s needs, with its NUL. */
size_t dsmtp_clean_room(const char *s);

/* Every octet that is not printable ASCII becomes \xHH, a backslash \\; returns out. */
char *dsmtp_clean(const char *s, char *out);

/* The same, written to a stream. */
void dsmtp_clean_put(FILE *to, const char *s);

#endif
