/* log.h - the evidence: JSON lines as smtp.h describes them. Private to lab/smtp. */
#ifndef LAB_SMTP_LOG_H
#define LAB_SMTP_LOG_H

#include <jansson.h>

#include "base/base.h"

struct lab_smtp_log {
    int fd;
    bool failed; /* a line could not be written; fault says why */
    struct lab_fault fault;
};

/* Text from the network as a JSON string: bytes that are not UTF-8 become U+0080..U+00FF, NUL
 * becomes U+FFFD. text NULL: JSON null. */
json_t *lab_smtp_json(const char *text, size_t len);
json_t *lab_smtp_json_text(const char *text);

/* Write one line, in one write(2). fields is a new object with the event's own fields (NULL: none);
 * it is released here. */
void lab_smtp_log(struct lab_smtp_log *log, unsigned conn, const char *event, json_t *fields);

#endif
