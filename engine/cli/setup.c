/* setup.c - loop, resolver, TLS and connections, as the options say. */
#include "cli/setup.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sysexits.h>

#include "adapt/stream_event.h"
#include "adapt/system.h"
#include "cli/resolver.h"
#include "cli/say.h"
#include "cli/tls.h"
#include "core/nexthop.h"
#include "report/clean.h"

/* Room for some thousand own names. */
#define SELF_MEMORY (1u << 20)

/* The name for EHLO: a domain, or an address literal (RFC 5321, section 4.1.1.1). */
static enum dsmtp_status choose_helo(struct dsmtp_setup *setup, const struct dsmtp_options *o,
                                     struct dsmtp_fault *fault)
{
    struct dsmtp_nexthop name;
    char host[DSMTP_NAME_SIZE] = "";
    char text[DSMTP_NEXTHOP_TEXT_SIZE];

    if (o->helo == NULL)
        dsmtp_system_host_name(host);
    if (o->helo == NULL && dsmtp_name_parse(host, host) != DSMTP_OK) {
        (void)snprintf(setup->helo, sizeof(setup->helo), "[127.0.0.1]");
        return DSMTP_OK;
    }
    DSMTP_TRY(dsmtp_nexthop_parse(o->helo != NULL ? o->helo : host, &name, fault));
    if (name.port != DSMTP_SMTP_PORT || name.kind == DSMTP_NEXTHOP_HOST)
        return dsmtp_fault_set(fault, DSMTP_SYNTAX,
                               "bad name \"%.100s\"; expected a domain or [ADDRESS]", o->helo);
    dsmtp_nexthop_text(&name, text);
    (void)snprintf(setup->helo, sizeof(setup->helo), "%.*s", (int)sizeof(setup->helo) - 1, text);
    return DSMTP_OK;
}

/* The own names and addresses, as MX and address records would give them. */
static enum dsmtp_status read_self(struct dsmtp_setup *setup, const struct dsmtp_options *o,
                                   struct dsmtp_fault *fault)
{
    const char **list = dsmtp_arena_alloc(&setup->arena, o->self.count, sizeof(*list));

    for (unsigned i = 0; list != NULL && i < o->self.count; i++) {
        const char *text = o->self.items[i];
        char name[DSMTP_NAME_SIZE];

        if (!dsmtp_name_address(text, name) && dsmtp_name_parse(text, name) != DSMTP_OK)
            return dsmtp_fault_set(
                fault, DSMTP_SYNTAX,
                "option --self: bad value \"%.100s\"; expected a host name or an "
                "address",
                text);
        list[i] = dsmtp_arena_strdup(&setup->arena, name);
        if (list[i] == NULL)
            return DSMTP_NOMEM;
    }
    setup->engine.self = (struct dsmtp_self){list, o->self.count};
    return list != NULL ? DSMTP_OK : DSMTP_NOMEM;
}

/* "TARGET: SUBJECT: what [rules]" */
static void trace(void *arg, const char *target, const char *subject, const char *what,
                  const char *rules)
{
    FILE *to = arg;

    dsmtp_clean_put(to, target);
    (void)fputs(": ", to);
    dsmtp_clean_put(to, subject != NULL ? subject : "-");
    (void)fputs(": ", to);
    dsmtp_clean_put(to, what);
    if (rules != NULL && rules[0] != '\0')
        (void)fprintf(to, " [%s]", rules);
    (void)fputc('\n', to);
}

static enum dsmtp_status open_all(struct dsmtp_setup *setup, const struct dsmtp_options *o,
                                  struct dsmtp_fault *fault)
{
    DSMTP_TRY(choose_helo(setup, o, fault));
    DSMTP_TRY(read_self(setup, o, fault));
    DSMTP_TRY(dsmtp_loop_open(&setup->loop, fault));
    DSMTP_TRY(dsmtp_cli_open_resolver(&setup->loop, o, &setup->engine.resolver, fault));
    DSMTP_TRY(dsmtp_cli_open_tls(o, &setup->tls, fault));
    return dsmtp_stream_event_open(&setup->loop, setup->tls, NULL, &setup->engine.connector, fault);
}

int dsmtp_setup_open(struct dsmtp_setup *setup, const struct dsmtp_options *o, const char *command)
{
    struct dsmtp_fault fault = {.what = ""};
    enum dsmtp_status status;
    int wrong = dsmtp_cli_check_resolver(o, command);

    memset(setup, 0, sizeof(*setup));
    dsmtp_arena_init(&setup->arena, SELF_MEMORY);
    if (wrong != 0)
        return wrong;
    setup->engine.profile = o->profile;
    setup->engine.timeout_ms = o->timeout_s * 1000;
    setup->engine.address_limit = o->addresses;
    setup->engine.helo = setup->helo;
    setup->engine.seed = o->seed;
    setup->engine.trace = o->trace ? trace : NULL;
    setup->engine.trace_arg = stderr;
    if (!o->seeded && getrandom(&setup->engine.seed, sizeof(setup->engine.seed), 0) < 0)
        setup->engine.seed = 0;
    status = open_all(setup, o, &fault);
    if (status == DSMTP_OK)
        return 0;
    dsmtp_say("%s", fault.what[0] != '\0' ? fault.what : dsmtp_status_text(status));
    return status == DSMTP_SYNTAX ? EX_USAGE : EX_SOFTWARE;
}

void dsmtp_setup_close(struct dsmtp_setup *setup)
{
    if (setup->engine.connector.close != NULL)
        setup->engine.connector.close(setup->engine.connector.self);
    dsmtp_tls_close(&setup->tls);
    if (setup->engine.resolver.close != NULL)
        setup->engine.resolver.close(setup->engine.resolver.self);
    if (setup->loop.base != NULL)
        dsmtp_loop_close(&setup->loop);
    dsmtp_arena_fini(&setup->arena);
}
