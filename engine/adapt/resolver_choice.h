/* resolver_choice.h - which resolver the options, or the system, ask for.
 *
 * trust_ad: the stub, which believes a resolver on a loopback address. root_hints: own recursion.
 * resolver: forwarding there, validating here. Nothing: the servers of resolv.conf; the stub if
 * they are all on loopback addresses and "options trust-ad" says that they can be believed,
 * otherwise forwarding to them, validating here.
 *
 * Whichever it is, a canary finds out whether anything is ever secure behind it. If not, each
 * insecure answer says so; where validation is required such answers are errors. Hosts for which
 * DANE is mandatory are never contacted then, in either case. */
#ifndef DSMTP_ADAPT_RESOLVER_CHOICE_H
#define DSMTP_ADAPT_RESOLVER_CHOICE_H

#include "adapt/loop.h"
#include "adapt/resolver_canary.h"
#include "port/resolver.h"

/* NULL: not given. */
struct dsmtp_resolver_choice {
    const char *resolver; /* "ADDR" or "ADDR@PORT" */
    bool trust_ad;
    const char *root_hints, *trust_anchor, *unbound_conf; /* files */
    struct dsmtp_canary_options canary; /* name "": none; it outlives the resolver */
    unsigned timeout_ms;                /* 0: the adapter's */
    const char *mark;                   /* before the names of options in messages: "--" or "" */
};

/* SYNTAX: the options contradict each other, one is wrong, or there is nothing to validate from. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_resolver_choose(struct dsmtp_loop *loop,
                                                       const struct dsmtp_resolver_choice *choice,
                                                       struct dsmtp_resolver *out,
                                                       struct dsmtp_fault *fault);

#endif
