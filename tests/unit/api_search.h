/* api_search.h - a search of the public header, answered from a table with real DNS messages. */
#ifndef TESTS_UNIT_API_SEARCH_H
#define TESTS_UNIT_API_SEARCH_H

#include "danesmtp.h"
#include "dns_reply.h"

/* What comes back. CUT: with TC. NOTHING: no message at all. HALF: an alias, and
 * nothing behind it. */
enum api_kind { NONE_OF_IT, DATA, DENIED, FAILS, CUT, RUBBISH, NOTHING, EXTENDED, HALF };

struct api_row {
    const char *name;
    enum dsmtp_rrtype type;
    enum api_kind kind;
    enum dsmtp_security security;
    const char *data; /* MX, CNAME, DNAME: a name; A: nothing; TLSA: octets */
    size_t len;
    const char *why;
};
#define API_ROWS_MAX 12

/* The table ends with a row without a name; what it does not answer is denied, securely. Feeds
 * until nothing is wanted; *rounds: how often there was something to ask. */
enum dsmtp_status api_answer(struct dsmtp_search *search, const struct api_row *rows,
                             unsigned *rounds);

/* "attempt TLSA_USABLE | mx.d.example dane TLSA_USABLE | ..." */
void api_describe(const struct dsmtp_plan *plan, char *out, size_t room);

#endif
