/* resolver_choice.c - the choice of resolver_choice.h. */
#include "adapt/resolver_choice.h"

#include "adapt/address.h"
#include "adapt/dns_name.h"
#include "adapt/resolver_alias.h"
#include "adapt/resolver_stub.h"
#include "adapt/resolver_unbound.h"
#include "adapt/system.h"

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

/* The resolvers of the options, or of resolv.conf; none with root hints, or when unbound.conf alone
 * shall decide. */
static struct servers choose(const struct dsmtp_resolver_choice *o,
                             const struct dsmtp_resolv_conf *conf)
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

/* Do the options contradict each other? */
static enum dsmtp_status check(const struct dsmtp_resolver_choice *o, struct dsmtp_fault *fault)
{
    const char *m = o->mark;
    struct dsmtp_dname canary;

    if (o->resolver != NULL && o->root_hints != NULL)
        return dsmtp_fault_set(fault, DSMTP_SYNTAX,
                               "%sresolver and %sroot-hints exclude each other", m, m);
    if (o->trust_ad &&
        (o->root_hints != NULL || o->trust_anchor != NULL || o->unbound_conf != NULL))
        return dsmtp_fault_set(fault, DSMTP_SYNTAX,
                               "%strust-ad leaves validation to the resolver; it excludes "
                               "%sroot-hints, %strust-anchor and %sunbound-conf",
                               m, m, m, m);
    if (o->canary.name[0] != '\0' && dsmtp_dname_from_text(o->canary.name, &canary) != DSMTP_OK)
        return dsmtp_fault_set(fault, DSMTP_SYNTAX,
                               "option %scanary: bad value \"%.200s\"; expected a domain", m,
                               o->canary.name);
    if (o->canary.name[0] == '\0' && o->canary.required)
        return dsmtp_fault_set(fault, DSMTP_SYNTAX, "%srequire-validation needs a canary", m);
    return DSMTP_OK;
}

static enum dsmtp_status open_inner(struct dsmtp_loop *loop, const struct dsmtp_resolver_choice *o,
                                    struct dsmtp_resolver *out, struct dsmtp_fault *fault)
{
    struct dsmtp_resolv_conf conf;
    struct servers s;
    struct dsmtp_unbound_options unbound;

    dsmtp_system_resolv_conf(NULL, &conf);
    s = choose(o, &conf);
    if (s.trusted) {
        struct dsmtp_stub_options stub = {
            .servers = s.list, .server_count = s.count, .timeout_ms = o->timeout_ms};

        return dsmtp_resolver_stub_open(loop, &stub, out, fault);
    }
    unbound = (struct dsmtp_unbound_options){
        .forwarders = s.list,
        .forwarder_count = s.count,
        .root_hints = o->root_hints,
        .trust_anchor = o->trust_anchor,
        .unbound_conf = o->unbound_conf,
        .timeout_ms = o->timeout_ms,
    };
    if (unbound.trust_anchor == NULL && unbound.unbound_conf == NULL)
        unbound.trust_anchor = dsmtp_system_trust_anchor();
    if (unbound.trust_anchor == NULL && unbound.unbound_conf == NULL)
        return dsmtp_fault_set(fault, DSMTP_SYNTAX,
                               "no DNSSEC trust anchor found, so DANE cannot work; expected "
                               "%strust-anchor FILE, or %strust-ad with a validating resolver on "
                               "this machine",
                               o->mark, o->mark);
    return dsmtp_resolver_unbound_open(loop, &unbound, out, fault);
}

/* The canary goes in front, unless it is not wanted. */
static enum dsmtp_status add_fronts(const struct dsmtp_resolver_choice *o,
                                    struct dsmtp_resolver *resolver)
{
    struct dsmtp_resolver inner = *resolver;
    struct dsmtp_resolver alias;

    DSMTP_TRY(dsmtp_resolver_alias_open(&inner, &alias));
    *resolver = alias;
    return o->canary.name[0] != '\0' ? dsmtp_resolver_canary_open(&alias, &o->canary, resolver)
                                     : DSMTP_OK;
}

enum dsmtp_status dsmtp_resolver_choose(struct dsmtp_loop *loop,
                                        const struct dsmtp_resolver_choice *choice,
                                        struct dsmtp_resolver *out, struct dsmtp_fault *fault)
{
    DSMTP_TRY(check(choice, fault));
    DSMTP_TRY(open_inner(loop, choice, out, fault));
    if (add_fronts(choice, out) == DSMTP_OK)
        return DSMTP_OK;
    out->close(out->self);
    *out = (struct dsmtp_resolver){NULL, NULL, NULL, NULL};
    return dsmtp_fault_set(fault, DSMTP_NOMEM, "out of memory");
}
