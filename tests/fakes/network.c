/* network.c - puts the fakes together, see network.h. */
#include "fakes/network.h"

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
