/* network.c - puts the fakes together, see network.h. */
#include "fakes/network.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
#define SEC(name_, type_, data_) {.name = name_, .type = DSMTP_RR_##type_, .security = DSMTP_SECURITY_SECURE, .presence = DSMTP_PRESENCE_DATA, .data = data_}
#define BOGUS(name_) {.name = name_, .type = DSMTP_RR_TLSA, .security = DSMTP_SECURITY_BOGUS, .presence = DSMTP_PRESENCE_FAILED}
#define HOSTS SEC("d", MX, "1 m; 2 n"), SEC("m", A, "198.18.0.1"), SEC("n", A, "198.18.0.2")
static const struct fake_record plain[] = {HOSTS};
static const struct fake_record unusable[] = {HOSTS, SEC("_25._tcp.m", TLSA, "411"), SEC("_25._tcp.n", TLSA, "411")};
static const struct fake_record usable[] = {HOSTS, SEC("_25._tcp.m", TLSA, "311"), SEC("_25._tcp.n", TLSA, "211")};
static const struct fake_record first_bogus[] = {HOSTS, BOGUS("_25._tcp.m"), SEC("_25._tcp.n", TLSA, "311")};
static const struct fake_record bogus[] = {HOSTS, BOGUS("_25._tcp.m"), BOGUS("_25._tcp.n")};
#define WORLD(records) (struct fake_world){records, sizeof(records) / sizeof((records)[0])}
/* clang-format on */

struct fake_world fake_two_hosts(enum dsmtp_level level)
{
    switch (level) {
    case DSMTP_LEVEL_SKIP:
        return WORLD(bogus);
    case DSMTP_LEVEL_ENCRYPT:
        return WORLD(unusable);
    case DSMTP_LEVEL_AUDIT:
    case DSMTP_LEVEL_DANE:
        return WORLD(usable);
    case DSMTP_LEVEL_NONE:
    case DSMTP_LEVEL_MAY:
    case DSMTP_LEVEL_FINGERPRINT:
    case DSMTP_LEVEL_VERIFY:
    case DSMTP_LEVEL_SECURE:
    case DSMTP_LEVEL_COUNT:
        break;
    }
    return WORLD(plain);
}

struct fake_world fake_first_bogus(void)
{
    return WORLD(first_bogus);
}

void fake_network_init(struct fake_network *net, struct fake_world world, const char *script)
{
    net->loop = (struct fake_loop){0};
    net->resolver.loop = &net->loop;
    net->resolver.world = world;
    net->resolver.asked = net->resolver.answered = net->resolver.forgotten = net->resolver.refuse =
        0;
    net->resolver.questions = NULL;
    net->resolver.why = NULL;
    memset(&net->connector, 0, offsetof(struct fake_connector, wire));
    net->connector.loop = &net->loop;
    net->connector.script = script;
    net->engine = (struct dsmtp_engine){.profile = *dsmtp_profile_at(0),
                                        .resolver = fake_resolver_port(&net->resolver),
                                        .connector = fake_connector_port(&net->connector),
                                        .service_port = 25,
                                        .dial_port = 25,
                                        .helo = "client.example"};
}

bool fake_network_idle(const struct fake_network *net)
{
    return net->loop.first == NULL && net->resolver.questions == NULL && net->connector.open == 0;
}

static void describe(const struct dsmtp_outcome *o, struct fake_result *out)
{
    const size_t room = sizeof(out->text);
    size_t len = (size_t)snprintf(out->text, room, "%s %s", dsmtp_verdict_name(o->verdict),
                                  dsmtp_reason_name(o->reason));

    for (unsigned i = 0; i < o->recipient_count && len < room; i++) {
        const struct dsmtp_recipient *r = &o->recipients[i];

        len += (size_t)snprintf(out->text + len, room - len, " %c:%s", r->address[0],
                                dsmtp_verdict_name(r->verdict));
        (void)strncat(out->codes, i > 0 ? " " : "", sizeof(out->codes) - strlen(out->codes) - 1);
        (void)strncat(out->codes, r->status, sizeof(out->codes) - strlen(out->codes) - 1);
    }
    for (unsigned i = 0; i < o->attempt_count && len < room; i++) {
        const struct dsmtp_attempt *a = &o->attempts[i];

        len += (size_t)snprintf(out->text + len, room - len, " | %s %s %s", a->host,
                                dsmtp_result_name(a->result), dsmtp_reason_name(a->reason));
        if (out->details && a->detail != NULL && len < room)
            len += (size_t)snprintf(out->text + len, room - len, " (%s)", a->detail);
    }
    for (unsigned i = 0; i < o->advice_count && len < room; i++)
        len += (size_t)snprintf(out->text + len, room - len, "%s%s", i == 0 ? " ! " : " ",
                                dsmtp_advice_row(o->advice[i].kind)->word);
}

static void done(void *arg, struct dsmtp_job *job, enum dsmtp_status status,
                 const struct dsmtp_outcome *outcome)
{
    struct fake_result *r = arg;

    r->calls++;
    r->status = status;
    if (outcome != NULL)
        describe(outcome, r);
    if (r->close)
        dsmtp_job_close(&job);
}

struct dsmtp_job_config fake_job_config(struct fake_network *net, enum dsmtp_mode mode,
                                        enum dsmtp_policy policy, unsigned recipients,
                                        struct fake_result *result)
{
    static const char *const to[] = {"a@d", "b@d", "c@d"};

    return (struct dsmtp_job_config){.engine = &net->engine,
                                     .mode = mode,
                                     .target = "d",
                                     .nexthop = "d",
                                     .kind = DSMTP_NEXTHOP_DOMAIN,
                                     .policy = policy,
                                     .from = "f@s",
                                     .recipients = to,
                                     .recipient_count = recipients,
                                     .data = "secret\r\n.\r\n",
                                     .len = 11,
                                     .done = done,
                                     .arg = result};
}
