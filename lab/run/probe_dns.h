/* probe_dns.h - what two validators say of many questions: the resolver on the wire, and
 * libunbound. */
#ifndef LAB_RUN_PROBE_DNS_H
#define LAB_RUN_PROBE_DNS_H

#include "base/base.h"
#include "scen/scenario.h"

#define LAB_EDE_MAX 8

struct lab_dns_question {
    char *name; /* absolute */
    char *type; /* mnemonic */
    enum lab_security daemon, library;
    enum lab_answer daemon_answer, library_answer;
    unsigned ede[LAB_EDE_MAX]; /* extended errors (RFC 8914) in the resolver's first reply */
    unsigned ede_count;
    uint32_t digest; /* of the records that the resolver gave, whatever their order and TTL */
};

/* Ask the resolver at 127.0.0.1 over UDP (TCP when truncated) with DO set; SERVFAIL is asked again
 * with CD set: if the data can be had so, the failure is one of validation. No answer within the
 * deadline is LAB_ERROR. */
LAB_MUST_USE int lab_dns_ask_daemon(struct lab_dns_question *list, size_t count,
                                    struct lab_fault *fault);

/* Ask libunbound, validating with that trust anchor file, forwarding to 127.0.0.1. */
LAB_MUST_USE int lab_dns_ask_library(struct lab_dns_question *list, size_t count,
                                     const char *anchor, struct lab_fault *fault);

#endif
