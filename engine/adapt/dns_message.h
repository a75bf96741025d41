/* dns_message.h - the DNS wire format as far as answers need it: write a query, read a reply. */
#ifndef DSMTP_ADAPT_DNS_MESSAGE_H
#define DSMTP_ADAPT_DNS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapt/dns_name.h"
#include "base/arena.h"
#include "model/record.h"

#define DSMTP_DNS_HEADER 12u
/* Header, question, OPT. */
#define DSMTP_DNS_QUERY_MAX (DSMTP_DNS_HEADER + DSMTP_DNAME_MAX + 4u + 11u)
/* What is offered to the resolver; larger replies come over TCP. No fragment is needed for it on
 * any link that carries IPv6. */
#define DSMTP_DNS_UDP_SIZE 1232u
/* Room for what a reply says about itself: names and addresses of a failed validation. */
#define DSMTP_DNS_WHY_SIZE 512u
/* Longest alias chain that is followed. */
#define DSMTP_ALIASES_MAX 16u
/* The records of one reply, uncompressed: more than any message of 64 KiB can need within
 * DSMTP_RECORDS_MAX. */
#define DSMTP_DNS_REPLY_MEMORY (512u * 1024u)

enum {
    DSMTP_RCODE_NOERROR = 0,
    DSMTP_RCODE_FORMERR = 1,
    DSMTP_RCODE_SERVFAIL = 2,
    DSMTP_RCODE_NXDOMAIN = 3
};

struct dsmtp_dns_reply {
    unsigned rcode;               /* with the upper bits from OPT */
    bool authentic;               /* AD */
    bool truncated;               /* TC */
    enum dsmtp_presence presence; /* only with rcode 0 or 3, otherwise FAILED */
    unsigned aliased;             /* how many aliases were followed */
    bool soa;                     /* the authority section holds one */
    const char *canonical;
    const struct dsmtp_rdata *records;
    unsigned count;
    uint32_t ttl;
    struct dsmtp_signature signature;
    char why[DSMTP_DNS_WHY_SIZE]; /* extended DNS errors (RFC 8914), or empty */
};

/* A recursive query with DO and AD set, and CD on demand. Returns its length, or 0 when such a name
 * cannot be asked. */
size_t dsmtp_dns_query(const struct dsmtp_query *query, uint16_t id, bool checking_disabled,
                       uint8_t out[DSMTP_DNS_QUERY_MAX]);

/* Is it a reply to this question under this id, or an error without any question? Nothing else is
 * looked at. */
bool dsmtp_dns_replies_to(const uint8_t *message, size_t len, const struct dsmtp_query *query,
                          uint16_t id);

/* Read a reply to the query; records and canonical are put into the arena. Returns NULL, or what is
 * wrong with it as a sentence (then *out is of no use). */
const char *dsmtp_dns_read(const uint8_t *message, size_t len, const struct dsmtp_query *query,
                           struct dsmtp_arena *arena, struct dsmtp_dns_reply *out);

/* The reply as an answer; points into the reply. */
struct dsmtp_answer dsmtp_dns_answer(const struct dsmtp_query *query,
                                     const struct dsmtp_dns_reply *reply,
                                     enum dsmtp_security security);

/* What is wrong with a reply so that it is no answer; NULL: nothing. proven: it would be taken for
 * proven. An alias whose target is not there at all could be a proven absence or half a reply: only
 * the SOA tells, and where the answer would be trusted it must. */
const char *dsmtp_dns_objection(const struct dsmtp_dns_reply *reply, bool proven);

/* What a reply answers, given that validation calls it SECURE or INSECURE: what is no clear answer
 * (malformed, truncated, SERVFAIL, ...) comes out as ERROR. Records live in the arena; *reply is
 * filled unless the message cannot be read, and then empty. */
struct dsmtp_answer dsmtp_dns_interpret(const uint8_t *message, size_t len,
                                        const struct dsmtp_query *query,
                                        enum dsmtp_security security, struct dsmtp_arena *arena,
                                        struct dsmtp_dns_reply *reply);

/* "SERVFAIL", ...; never NULL. */
const char *dsmtp_dns_rcode_name(unsigned rcode);

#endif
