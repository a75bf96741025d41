/* reply.h - SMTP replies (RFC 5321, section 4.2), read incrementally. Hostile input: fixed buffers,
 * no pointers. */
#ifndef DSMTP_CORE_REPLY_H
#define DSMTP_CORE_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "core/dsn.h"

/* RFC 5321 allows 512 octets a line; servers send more, and what is beyond is read over. A reply
 * that is longer than this as a whole is malformed. */
#define DSMTP_REPLY_LINE_SIZE 512u
#define DSMTP_REPLY_MAX 65536u
#define DSMTP_REPLY_TEXT_SIZE 512u

/* EHLO keywords that matter to the client. */
enum dsmtp_extension {
    DSMTP_EXT_STARTTLS = 1,
    DSMTP_EXT_SIZE = 2,
    DSMTP_EXT_8BITMIME = 4,
    DSMTP_EXT_SMTPUTF8 = 8,
    DSMTP_EXT_PIPELINING = 16
};

struct dsmtp_reply {
    unsigned code;                    /* 0 while incomplete */
    char text[DSMTP_REPLY_TEXT_SIZE]; /* lines joined by " / ", what is not printable ASCII
                                         replaced, cut at the end */
    char status[DSMTP_DSN_SIZE];      /* enhanced status code of the first line, or "" */
    unsigned extensions;              /* of lines after the first, read as EHLO keywords */
    uint64_t size_limit;              /* with SIZE: the largest message; 0: none is given */
    /* state of the reader */
    char line[DSMTP_REPLY_LINE_SIZE];
    size_t line_len;
    size_t octets;
    unsigned lines;
    size_t text_len;
};

void dsmtp_reply_init(struct dsmtp_reply *r);

/* Take bytes up to the end of one reply. *used: how many of them belong to it. DSMTP_OK: complete,
 * see code and text; DSMTP_AGAIN: all taken, more needed; DSMTP_SYNTAX, DSMTP_TOOBIG: malformed,
 * the session cannot go on. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_reply_feed(struct dsmtp_reply *r, const void *bytes,
                                                  size_t len, size_t *used);

#endif
