/* unbound_context.c - options, trust anchors and built-in zones of unbound_context.h. */
#include "adapt/unbound_context.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unbound-event.h>
#include <unbound.h>

#include "adapt/address.h"
#include "adapt/unbound_files.h"

struct option {
    const char *name;
    const char *value;
};

/* clang-format off */
/* Before the user's file, which may say otherwise. */
static const struct option settings[] = {
    /* A minimised question for an ancestor may be answered with a proven NXDOMAIN, and then a server that cannot
     * answer for TLSA is never asked: its failure would pass for an absence. */
    {"qname-minimisation:", "no"},
    /* A zone whose NSEC bitmaps are wrong gives TLSA records or their proven absence, depending on what was asked
     * before. */
    {"aggressive-nsec:", "no"},
    /* For the same reason: a proven NXDOMAIN above a name must not answer for the name. */
    {"harden-below-nxdomain:", "no"},
    /* A library's default is a cache of 1 MiB: too little for a batch. */
    {"msg-cache-size:", "4m"},
    {"rrset-cache-size:", "8m"},
    /* Private reverse zones are asked like any other. */
    {"unblock-lan-zones:", "yes"},
};

/* A forwarder that was dead is asked again that many seconds later; by default it may take half a minute after its
 * return until a question goes out. Servers of zones are many: what is known of them stays. */
static const struct option forwarding[] = {
    {"infra-host-ttl:", "15"},
    {"infra-keep-probing:", "yes"},
};

/* How many questions may be on the wire, each on a socket of its own. Without a free socket libunbound gives up
 * with SERVFAIL, so that half of the descriptors is left to others. More than this many wait; no question is lost by
 * that (num-queries-per-thread and jostle-timeout are for a server's clients only). The library's default is 16. */
enum { ON_WIRE_MIN = 16, ON_WIRE_MAX = 2048, TCP_PART = 8, DESCRIPTORS_PART = 2 };

/* After the user's file: what must not be otherwise. */
static const struct option musts[] = {
    /* It turns bogus into insecure. */
    {"val-permissive-mode:", "no"},
    /* An expired answer is handed out as secure even where the zone has become bogus. */
    {"serve-expired:", "no"},
};

/* Zones that libunbound answers by itself, and insecurely. onion. stays: it must not be asked (RFC 7686, section 2). */
static const char *const built_in[] = {
    "localhost.", "test.", "invalid.", "home.arpa.", "127.in-addr.arpa.",
    "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa.",
};

static const char *const anchor_options[] = {
    "trust-anchor", "trust-anchor-file", "auto-trust-anchor-file", "trusted-keys-file",
};
/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static enum dsmtp_status apply(struct ub_ctx *ctx, const struct option *options, size_t count,
                               struct dsmtp_fault *fault)
{
    for (size_t i = 0; i < count; i++) {
        int error = ub_ctx_set_option(ctx, options[i].name, options[i].value);

        if (error != 0)
            return dsmtp_fault_set(fault, DSMTP_SYSTEM, "libunbound refuses the option %s %s: %s",
                                   options[i].name, options[i].value, ub_strerror(error));
    }
    return DSMTP_OK;
}

/* As many questions on the wire as the process may have sockets for. */
static enum dsmtp_status apply_range(struct ub_ctx *ctx, struct dsmtp_fault *fault)
{
    struct rlimit limit;
    rlim_t range = ON_WIRE_MIN;
    char udp[24], tcp[24];
    const struct option options[] = {{"outgoing-range:", udp}, {"outgoing-num-tcp:", tcp}};

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur / DESCRIPTORS_PART > range)
        range = limit.rlim_cur / DESCRIPTORS_PART;
    if (range > ON_WIRE_MAX)
        range = ON_WIRE_MAX;
    (void)snprintf(udp, sizeof(udp), "%u", (unsigned)range);
    (void)snprintf(tcp, sizeof(tcp), "%u", (unsigned)range / TCP_PART);
    return apply(ctx, options, COUNT(options), fault);
}

static enum dsmtp_status forward(struct ub_ctx *ctx, const struct dsmtp_unbound_options *options,
                                 struct dsmtp_fault *fault)
{
    for (size_t i = 0; i < options->forwarder_count; i++) {
        const char *text = options->forwarders[i];
        struct dsmtp_endpoint address;
        int error;

        if (dsmtp_address_parse(text, 53, &address) != DSMTP_OK)
            return dsmtp_fault_set(fault, DSMTP_SYNTAX,
                                   "'%s' is no resolver: expected ADDR or ADDR@PORT", text);
        error = ub_ctx_set_fwd(ctx, text);
        /* The library's default already, but a user's file may have it on. */
        if (error == 0 && dsmtp_address_is_loopback(&address))
            error = ub_ctx_set_option(ctx, "do-not-query-localhost:", "no");
        if (error != 0)
            return dsmtp_fault_set(fault, DSMTP_SYSTEM, "libunbound refuses the resolver %s: %s",
                                   text, ub_strerror(error));
    }
    return DSMTP_OK;
}

/* The setting's value holds that word, or with NULL anything at all? */
static bool has(struct ub_ctx *ctx, const char *option, const char *word)
{
    char *value = NULL;
    bool found;

    if (ub_ctx_get_option(ctx, option, &value) != 0 || value == NULL)
        return false;
    found = word != NULL ? strstr(value, word) != NULL : value[0] != '\0';
    free(value);
    return found;
}

static enum dsmtp_status check_validation(struct ub_ctx *ctx, struct dsmtp_fault *fault)
{
    if (!has(ctx, "module-config", "validator"))
        return dsmtp_fault_set(
            fault, DSMTP_SYNTAX,
            "the unbound configuration leaves out the validator: DANE needs DNSSEC validation");
    for (size_t i = 0; i < COUNT(anchor_options); i++)
        if (has(ctx, anchor_options[i], NULL))
            return DSMTP_OK;
    return dsmtp_fault_set(fault, DSMTP_SYNTAX,
                           "no DNSSEC trust anchor is configured: DANE needs DNSSEC validation");
}

static enum dsmtp_status configure(struct ub_ctx *ctx, const struct dsmtp_unbound_options *o,
                                   struct dsmtp_fault *fault)
{
    int error = 0;

    DSMTP_TRY(apply(ctx, settings, COUNT(settings), fault));
    DSMTP_TRY(apply_range(ctx, fault));
    if (o->forwarder_count > 0)
        DSMTP_TRY(apply(ctx, forwarding, COUNT(forwarding), fault));
    if (o->unbound_conf != NULL) {
        DSMTP_TRY(dsmtp_unbound_check_conf(o->unbound_conf, fault));
        error = ub_ctx_config(ctx, o->unbound_conf);
        if (error != 0)
            return dsmtp_fault_set(fault, DSMTP_SYNTAX, "%s: %s", o->unbound_conf,
                                   ub_strerror(error));
    }
    DSMTP_TRY(apply(ctx, musts, COUNT(musts), fault));
    if (o->root_hints != NULL) {
        DSMTP_TRY(dsmtp_unbound_check_hints(o->root_hints, fault));
        error = ub_ctx_set_option(ctx, "root-hints:", o->root_hints);
    }
    if (error == 0 && o->trust_anchor != NULL) {
        DSMTP_TRY(dsmtp_unbound_check_anchors(o->trust_anchor, fault));
        error = ub_ctx_add_ta_file(ctx, o->trust_anchor);
    }
    if (error != 0)
        return dsmtp_fault_set(fault, DSMTP_SYSTEM, "libunbound: %s", ub_strerror(error));
    DSMTP_TRY(forward(ctx, o, fault));
    return check_validation(ctx, fault);
}

/* The first of these calls makes libunbound read all files and start its modules; later options
 * would be ignored. Only the log tells what is wrong with a file. */
static enum dsmtp_status finalize(struct ub_ctx *ctx, struct dsmtp_fault *fault)
{
    char *log = NULL;
    size_t len = 0;
    FILE *stream = open_memstream(&log, &len);
    int error = 0;

    if (stream == NULL)
        return dsmtp_fault_set(fault, DSMTP_NOMEM, "out of memory");
    (void)ub_ctx_debugout(ctx, stream);
    for (size_t i = 0; i < COUNT(built_in) && error == 0; i++)
        error = ub_ctx_zone_remove(ctx, built_in[i]);
    /* Failures of lookups are told with the answers. */
    (void)ub_ctx_debugout(ctx, NULL);
    (void)fclose(stream);
    if (error != 0) {
        /* "[time] libunbound[pid:thread] error: what" */
        const char *what = log != NULL ? strstr(log, "error: ") : NULL;

        what = what != NULL ? what + strlen("error: ") : ub_strerror(error);
        dsmtp_fault_set(fault, DSMTP_SYNTAX, "libunbound: %.*s", (int)strcspn(what, "\n"), what);
    }
    free(log);
    return error == 0 ? DSMTP_OK : DSMTP_SYNTAX;
}

enum dsmtp_status dsmtp_unbound_context(struct dsmtp_loop *loop,
                                        const struct dsmtp_unbound_options *options,
                                        struct ub_ctx **out, struct dsmtp_fault *fault)
{
    struct ub_ctx *ctx = ub_ctx_create_event(loop->base);
    enum dsmtp_status status;

    if (ctx == NULL)
        return dsmtp_fault_set(fault, DSMTP_SYSTEM, "cannot set up libunbound");
    status = configure(ctx, options, fault);
    if (status == DSMTP_OK)
        status = finalize(ctx, fault);
    if (status != DSMTP_OK) {
        ub_ctx_delete(ctx);
        return status;
    }
    *out = ctx;
    return DSMTP_OK;
}
