/* advice_case.h - destinations for tests of advice: a row says what is special, the rest is a
 * domain with two hosts, everything secure, and as it should be. */
#ifndef TESTS_UNIT_ADVICE_CASE_H
#define TESTS_UNIT_ADVICE_CASE_H

#include "core/advice.h"

/* An attempt at an address. */
struct case_attempt {
    enum dsmtp_reason end; /* NONE: there was no attempt */
    const char *exam; /* a letter for each record: h holds, H holds and was not sent, l is the leaf,
                         i is an issuer, w would hold with a wide "*", - equals nothing, . not
                         judged; NULL: no certificates came */
    char key;         /* of the leaf */
    enum dsmtp_chain_fault fault;
    enum dsmtp_refusal refusal;
    const char *version;
    enum dsmtp_reason again; /* how the second connection ended; NONE: there was none */
};

struct case_host {
    enum dsmtp_level level;
    enum dsmtp_reason reason; /* NONE: there is no such host */
    const char *tlsa;         /* "3 1 1 a, 2 0 1 b 31": parameters, the octet that the data is made
                                 of, and its length if it is not the right one; NULL: none */
    const char *base;         /* NULL: the host's name */
    bool other_base;          /* asked for at mx.target.example, and found there */
    bool own_base;            /* asked for at the host's name, too, and found there */
    enum dsmtp_security records; /* how secure these are */
    const char *alias;           /* where its address was found */
    bool aaaa_fails;
    enum dsmtp_presence survey; /* what the survey's TLSA question gave; COUNT: not asked */
    uint32_t ttl, lifetime;     /* of the TLSA records, seconds */
    struct case_attempt attempts[2];
};

struct advice_case {
    const char *label;
    const char *want; /* words, separated by spaces, the worst first */
    enum dsmtp_reason plan;
    enum dsmtp_security mx;
    bool implicit;
    const char *mx_records; /* a letter each: n null, h host; NULL: one host */
    struct case_host hosts[2];
    const char *detail; /* of the first piece of advice; NULL: not looked at */
    uint8_t algorithm;  /* of the zone d.example; 0: no signature was seen */
    uint8_t ds_digest;  /* type */
    uint16_t iterations;
};

/* Everything that such a case is made of. */
struct advice_stage {
    struct dsmtp_arena arena;
    struct dsmtp_discover discover;
    struct dsmtp_survey survey;
    struct dsmtp_outcome outcome;
};

/* Build it. Whoever wants to starve it gives the octets that the arena may hand out afterwards. */
void advice_stage_init(struct advice_stage *stage, const struct advice_case *c);
void advice_stage_fini(struct advice_stage *stage);

#endif
