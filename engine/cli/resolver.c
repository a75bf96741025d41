/* resolver.c - the choice of resolver.h. */
#include "cli/resolver.h"

#include <stdio.h>

#include "adapt/address.h"
#include "adapt/dns_name.h"
#include "adapt/resolver_alias.h"
#include "adapt/resolver_canary.h"
#include "adapt/resolver_stub.h"
#include "adapt/resolver_unbound.h"
#include "adapt/system.h"
#include "cli/say.h"

/* Whom to ask. */
struct servers {
    const char *list[DSMTP_NAMESERVERS_MAX];
    size_t count;
    bool trusted; /* believe the AD bit */
};

static bool all_loopback(const struct servers *s)
{
    struct dsmtp_endpoint address;

    for (size_t i = 0; i < s->count; i++)
        if (dsmtp_address_parse(s->list[i], 53, &address) != DSMTP_OK ||
            !dsmtp_address_is_loopback(&address))
            return false;
    return s->count > 0;
}

/* The resolvers of the options, or of resolv.conf; none with --root-hints, or when --unbound-conf
 * alone shall decide. */
static struct servers choose(const struct dsmtp_options *o, const struct dsmtp_resolv_conf *conf)
{
    struct servers s = {.trusted = o->trust_ad};

    if (o->resolver != NULL) {
        s.list[s.count++] = o->resolver;
        return s;
    }
    if (o->root_hints != NULL || o->unbound_conf != NULL)
        return s;
    for (; s.count < conf->server_count; s.count++)
        s.list[s.count] = conf->servers[s.count];
    s.trusted = o->trust_ad || (conf->trust_ad && o->trust_anchor == NULL && all_loopback(&s));
    return s;
}

int dsmtp_cli_check_resolver(const struct dsmtp_options *o, const char *command)
{
    struct dsmtp_dname canary;

    if (o->resolver != NULL && o->root_hints != NULL)
        return dsmtp_say_usage(command, "--resolver and --root-hints exclude each other");
    if (o->trust_ad &&
        (o->root_hints != NULL || o->trust_anchor != NULL || o->unbound_conf != NULL))
        return dsmtp_say_usage(command, "--trust-ad leaves validation to the resolver; it excludes "
                                        "--root-hints, --trust-anchor and "
                                        "--unbound-conf");
    if (o->canary[0] != '\0' && dsmtp_dname_from_text(o->canary, &canary) != DSMTP_OK)
        return dsmtp_say_usage(command, "option --canary: bad value \"%.200s\"; expected a domain",
                               o->canary);
    if (o->canary[0] == '\0' && o->require_validation)
        return dsmtp_say_usage(command, "--require-validation needs a canary");
    return 0;
}

/* Said once. Only a warning: what follows from it is up to the policy of each destination. */
static void tell_canary(const void *arg, const struct dsmtp_answer *canary)
{
    const struct dsmtp_options *o = arg;

    if (o->trace)
        (void)fprintf(stderr, "resolver: canary: NS of %s: %s [R-7672-2.1.1-1]\n", o->canary,
                      dsmtp_security_name(canary->security));
    if (canary->security == DSMTP_SECURITY_INSECURE)
        dsmtp_say("warning: the resolver does not validate: NS of %s is insecure, so DANE is off%s",
                  o->canary,
                  o->require_validation ? " and nothing can be delivered"
                                        : " wherever it is not mandatory");
    else if (canary->security != DSMTP_SECURITY_SECURE)
        dsmtp_say("warning: it is not known whether the resolver validates: NS of %s: %s%s%s",
                  o->canary, dsmtp_security_name(canary->security), canary->why != NULL ? ", " : "",
                  canary->why != NULL ? canary->why : "");
}

/* The canary goes in front, unless it is not wanted. */
static enum dsmtp_status add_fronts(const struct dsmtp_options *o, struct dsmtp_resolver *resolver,
                                    struct dsmtp_fault *fault)
{
    struct dsmtp_resolver inner = *resolver;
    struct dsmtp_resolver alias;
    struct dsmtp_canary_options options = {
        .name = o->canary, .required = o->require_validation, .tell = tell_canary, .arg = o};

    if (dsmtp_resolver_alias_open(&inner, &alias) != DSMTP_OK)
        return dsmtp_fault_set(fault, DSMTP_NOMEM, "out of memory");
    *resolver = alias;
    if (o->canary[0] != '\0' && dsmtp_resolver_canary_open(&alias, &options, resolver) != DSMTP_OK)
        return dsmtp_fault_set(fault, DSMTP_NOMEM, "out of memory");
    return DSMTP_OK;
}

static enum dsmtp_status open_resolver(struct dsmtp_loop *loop, const struct dsmtp_options *o,
                                       struct dsmtp_resolver *out, struct dsmtp_fault *fault)
{
    struct dsmtp_resolv_conf conf;
    struct servers s;
    struct dsmtp_unbound_options unbound;

    dsmtp_system_resolv_conf(NULL, &conf);
    s = choose(o, &conf);
    if (s.trusted) {
        struct dsmtp_stub_options stub = {
            .servers = s.list, .server_count = s.count, .timeout_ms = o->timeout_s * 1000};

        return dsmtp_resolver_stub_open(loop, &stub, out, fault);
    }
    unbound = (struct dsmtp_unbound_options){
        .forwarders = s.list,
        .forwarder_count = s.count,
        .root_hints = o->root_hints,
        .trust_anchor = o->trust_anchor,
        .unbound_conf = o->unbound_conf,
        .timeout_ms = o->timeout_s * 1000,
    };
    if (unbound.trust_anchor == NULL && unbound.unbound_conf == NULL)
        unbound.trust_anchor = dsmtp_system_trust_anchor();
    if (unbound.trust_anchor == NULL && unbound.unbound_conf == NULL)
        return dsmtp_fault_set(fault, DSMTP_SYNTAX,
                               "no DNSSEC trust anchor found, so DANE cannot work; expected "
                               "--trust-anchor FILE, or --trust-ad "
                               "with a validating resolver on this machine");
    return dsmtp_resolver_unbound_open(loop, &unbound, out, fault);
}

enum dsmtp_status dsmtp_cli_open_resolver(struct dsmtp_loop *loop, const struct dsmtp_options *o,
                                          struct dsmtp_resolver *out, struct dsmtp_fault *fault)
{
    struct dsmtp_resolver resolver;

    DSMTP_TRY(open_resolver(loop, o, &resolver, fault));
    *out = resolver;
    return add_fronts(o, out, fault);
}
