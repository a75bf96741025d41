/* setup.c - loop, resolver, TLS and connections, as the options say. */
#include "api/setup.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "adapt/resolver_choice.h"
#include "adapt/stream_event.h"
#include "adapt/system.h"
#include "adapt/turnstile.h"

/* Room for some thousand own names. */
#define MEMORY_MAX (1u << 20)

static enum dsmtp_status out_of_memory(struct dsmtp_fault *fault)
{
    return dsmtp_fault_set(fault, DSMTP_NOMEM, "out of memory");
}

/* The name for EHLO: a domain, or an address literal (RFC 5321, section 4.1.1.1). */
static enum dsmtp_status choose_helo(struct dsmtp_setup *setup, struct dsmtp_fault *fault)
{
    const char *given = setup->options.helo;
    struct dsmtp_nexthop name;
    char host[DSMTP_NAME_SIZE] = "";
    char text[DSMTP_NEXTHOP_TEXT_SIZE];

    if (given == NULL)
        dsmtp_system_host_name(host);
    if (given == NULL && dsmtp_name_is_address(host)) {
        (void)snprintf(setup->helo, sizeof(setup->helo), "[127.0.0.1]");
        return DSMTP_OK;
    }
    DSMTP_TRY(dsmtp_nexthop_parse(given != NULL ? given : host, &name, fault));
    if (name.port != DSMTP_SMTP_PORT || name.kind == DSMTP_NEXTHOP_HOST)
        return dsmtp_fault_set(fault, DSMTP_SYNTAX,
                               "bad name \"%.100s\"; expected a domain or [ADDRESS]", given);
    dsmtp_nexthop_text(&name, text);
    (void)snprintf(setup->helo, sizeof(setup->helo), "%.*s", (int)sizeof(setup->helo) - 1, text);
    return DSMTP_OK;
}

/* The own names and addresses, as MX and address records would give them. */
static enum dsmtp_status read_self(const char *const *given, const char *mark,
                                   struct dsmtp_arena *arena, struct dsmtp_self *out,
                                   struct dsmtp_fault *fault)
{
    const char **list;
    unsigned count = 0;

    while (given != NULL && given[count] != NULL)
        count++;
    list = dsmtp_arena_alloc(arena, count, sizeof(*list));
    if (list == NULL)
        return out_of_memory(fault);
    for (unsigned i = 0; i < count; i++) {
        char name[DSMTP_NAME_SIZE];

        if (!dsmtp_name_address(given[i], name) && dsmtp_name_parse(given[i], name) != DSMTP_OK)
            return dsmtp_fault_set(
                fault, DSMTP_SYNTAX,
                "option %sself: bad value \"%.100s\"; expected a host name or an address", mark,
                given[i]);
        list[i] = dsmtp_arena_strdup(arena, name);
        if (list[i] == NULL)
            return out_of_memory(fault);
    }
    *out = (struct dsmtp_self){list, count};
    return DSMTP_OK;
}

enum dsmtp_status dsmtp_setup_rules(const struct dsmtp_client_options *o, const char *mark,
                                    struct dsmtp_arena *arena, struct dsmtp_engine *engine,
                                    struct dsmtp_fault *fault)
{
    char name[DSMTP_PROFILE_NAME_SIZE];

    DSMTP_TRY(dsmtp_profile_build(o->profile, o->settings, name, &engine->profile, fault));
    engine->profile.name = dsmtp_arena_strdup(arena, name);
    if (engine->profile.name == NULL)
        return out_of_memory(fault);
    engine->seed = o->seed;
    if (o->seed == 0 && getrandom(&engine->seed, sizeof(engine->seed), 0) < 0)
        engine->seed = 0;
    return read_self(o->self, mark, arena, &engine->self, fault);
}

static void warn(const struct dsmtp_setup *setup, const char *what)
{
    if (setup->options.warn != NULL)
        setup->options.warn(setup->options.arg, what);
}

/* Told once. Only a warning: what follows from it is up to the policy of each destination. */
static void tell_canary(const void *arg, const struct dsmtp_answer *canary)
{
    const struct dsmtp_setup *setup = arg;
    const struct dsmtp_client_options *o = &setup->options;
    char what[400];

    (void)snprintf(what, sizeof(what), "NS of %.250s: %s", o->canary,
                   dsmtp_security_name(canary->security));
    if (o->trace != NULL)
        o->trace(o->arg, "resolver", "canary", what, "R-7672-2.1.1-1");
    if (canary->security == DSMTP_SECURITY_SECURE)
        return;
    if (canary->security == DSMTP_SECURITY_INSECURE)
        (void)snprintf(what, sizeof(what),
                       "the resolver does not validate: NS of %.250s is insecure, so DANE is off%s",
                       o->canary,
                       o->require_validation ? " and nothing can be delivered"
                                             : " wherever it is not mandatory");
    else
        (void)snprintf(what, sizeof(what),
                       "it is not known whether the resolver validates: NS of %.150s: %s%s%.150s",
                       o->canary, dsmtp_security_name(canary->security),
                       canary->why != NULL ? ", " : "", canary->why != NULL ? canary->why : "");
    warn(setup, what);
}

static enum dsmtp_status open_resolver(struct dsmtp_setup *setup, struct dsmtp_fault *fault)
{
    const struct dsmtp_client_options *o = &setup->options;
    const struct dsmtp_resolver_choice choice = {.resolver = o->resolver,
                                                 .trust_ad = o->trust_ad,
                                                 .root_hints = o->root_hints,
                                                 .trust_anchor = o->trust_anchor,
                                                 .unbound_conf = o->unbound_conf,
                                                 .canary = {.name = o->canary,
                                                            .required = o->require_validation,
                                                            .tell = tell_canary,
                                                            .arg = setup},
                                                 .timeout_ms = o->timeout_ms,
                                                 .mark = setup->mark};

    return dsmtp_resolver_choose(&setup->loop, &choice, &setup->engine.resolver, fault);
}

static enum dsmtp_status open_tls(struct dsmtp_setup *setup, struct dsmtp_fault *fault)
{
    const struct dsmtp_client_options *o = &setup->options;
    const struct dsmtp_tls_options tls = {
        .min_version = o->tls_min != NULL ? dsmtp_tls_version_of(o->tls_min) : 0,
        .security_level = -1,
        .ciphers = o->ciphers,
        .ca_file = o->ca_file,
        .ca_path = o->ca_path,
    };

    if (o->tls_min != NULL && tls.min_version == 0)
        return dsmtp_fault_set(fault, DSMTP_SYNTAX,
                               "option %stls-min: bad value \"%.100s\"; expected 1.0, 1.1, 1.2 or "
                               "1.3",
                               setup->mark, o->tls_min);
    return dsmtp_tls_open(&tls, &setup->tls, fault);
}

static enum dsmtp_status open_connector(struct dsmtp_setup *setup, struct dsmtp_fault *fault)
{
    const struct dsmtp_client_options *o = &setup->options;
    const struct dsmtp_turnstile_limits limits = {
        .total = o->connections != 0 ? o->connections : UINT_MAX,
        .per_peer = o->per_host != 0 ? o->per_host : UINT_MAX,
    };

    DSMTP_TRY(
        dsmtp_stream_event_open(&setup->loop, setup->tls, NULL, &setup->engine.connector, fault));
    if (o->connections == 0 && o->per_host == 0)
        return DSMTP_OK;
    if (dsmtp_turnstile_open(&setup->loop, &limits, &setup->engine.connector) != DSMTP_OK)
        return out_of_memory(fault);
    return DSMTP_OK;
}

/* These are read again while the engine works. */
static enum dsmtp_status keep_strings(struct dsmtp_setup *setup, struct dsmtp_fault *fault)
{
    struct dsmtp_client_options *o = &setup->options;

    o->canary = dsmtp_arena_strdup(&setup->arena, o->canary != NULL ? o->canary : ".");
    if (o->ciphers != NULL) {
        o->ciphers = dsmtp_arena_strdup(&setup->arena, o->ciphers);
        if (o->ciphers == NULL)
            return out_of_memory(fault);
    }
    return o->canary != NULL ? DSMTP_OK : out_of_memory(fault);
}

static enum dsmtp_status open_all(struct dsmtp_setup *setup, struct dsmtp_fault *fault)
{
    DSMTP_TRY(keep_strings(setup, fault));
    DSMTP_TRY(
        dsmtp_setup_rules(&setup->options, setup->mark, &setup->arena, &setup->engine, fault));
    DSMTP_TRY(choose_helo(setup, fault));
    setup->own_loop = setup->options.base == NULL;
    setup->loop.base = setup->options.base;
    if (setup->own_loop)
        DSMTP_TRY(dsmtp_loop_open(&setup->loop, fault));
    DSMTP_TRY(open_resolver(setup, fault));
    DSMTP_TRY(open_tls(setup, fault));
    return open_connector(setup, fault);
}

enum dsmtp_status dsmtp_setup_open(struct dsmtp_setup *setup, const struct dsmtp_client_options *o,
                                   const char *mark, struct dsmtp_fault *fault)
{
    enum dsmtp_status status;

    *setup = (struct dsmtp_setup){.options = *o, .mark = mark};
    dsmtp_arena_init(&setup->arena, MEMORY_MAX);
    setup->engine.timeout_ms = o->timeout_ms;
    setup->engine.address_limit = o->addresses;
    setup->engine.helo = setup->helo;
    setup->engine.trace = o->trace;
    setup->engine.trace_arg = o->arg;
    status = open_all(setup, fault);
    if (status != DSMTP_OK)
        dsmtp_setup_close(setup);
    return status;
}

void dsmtp_setup_close(struct dsmtp_setup *setup)
{
    if (setup->engine.connector.close != NULL)
        setup->engine.connector.close(setup->engine.connector.self);
    dsmtp_tls_close(&setup->tls);
    if (setup->engine.resolver.close != NULL)
        setup->engine.resolver.close(setup->engine.resolver.self);
    if (setup->own_loop)
        dsmtp_loop_close(&setup->loop);
    dsmtp_arena_fini(&setup->arena);
    memset(setup, 0, sizeof(*setup));
}
