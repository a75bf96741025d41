/* resolver_world.c - the server and the questions of resolver_world.h. */
#include "resolver_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapt/resolver_stub.h"
#include "adapt/resolver_unbound.h"
#include "check.h"

/* --- what the server says, by the first label of the name ----------------------------------------
 */

static void rcode(struct reply *r, unsigned code)
{
    r->bytes[3] |= (uint8_t)code;
}

static void formerr(const struct dns_query *q, struct reply *r)
{
    (void)q;
    rcode(r, 1);
}

static void header_only(const struct dns_query *q, struct reply *r)
{
    formerr(q, r);
    r->len = 12;
    memset(r->bytes + 4, 0, 8);
}

static void servfail(const struct dns_query *q, struct reply *r)
{
    (void)q;
    rcode(r, SERVFAIL);
}

static void notimp(const struct dns_query *q, struct reply *r)
{
    (void)q;
    rcode(r, 4);
}

static void refused(const struct dns_query *q, struct reply *r)
{
    (void)q;
    rcode(r, REFUSED);
}

static void too_long(const struct dns_query *q, struct reply *r)
{
    (void)q;
    rcode(r, 6);
}

static void denied(const struct dns_query *q, struct reply *r)
{
    (void)q;
    rcode(r, NX);
    reply_soa(r);
}

static void records(const struct dns_query *q, struct reply *r, unsigned count, size_t len)
{
    static uint8_t data[70000];

    for (unsigned i = 0; i < count; i++) {
        data[0] = 3;
        data[1] = data[2] = 1;
        data[3] = (uint8_t)(i >> 8);
        data[4] = (uint8_t)i;
        reply_add(r, AN, q->name, q->type, data, len);
    }
}

/* A record as long as 100 * connections + datagrams so far. */
static void connections(const struct dns_query *q, struct reply *r)
{
    if (q->tcp)
        records(q, r, 1, (size_t)q->connections * 100 + q->datagrams);
    else
        r->bytes[2] |= 0x02;
}

static void one(const struct dns_query *q, struct reply *r)
{
    if (q->type == DSMTP_RR_A)
        reply_address(r, q->name);
    else
        records(q, r, 1, 35);
}

static void fifty(const struct dns_query *q, struct reply *r)
{
    records(q, r, 50, 35);
}

static void eight_kib(const struct dns_query *q, struct reply *r)
{
    records(q, r, 120, 35);
}

/* The largest message there is. */
static void full(const struct dns_query *q, struct reply *r)
{
    records(q, r, 1, 65535 - r->len - strlen(q->name) - 2 - 10);
}

static void says_secure(const struct dns_query *q, struct reply *r)
{
    one(q, r);
    r->bytes[3] |= AD;
}

static void always_cut(const struct dns_query *q, struct reply *r)
{
    (void)q;
    r->bytes[2] |= 0x02;
    r->bytes[3] |= AD;
}

static void malformed(const struct dns_query *q, struct reply *r)
{
    one(q, r);
    r->len--;
}

static void other_question(const struct dns_query *q, struct reply *r)
{
    one(q, r);
    r->bytes[13] ^= 1;
}

static void other_type(const struct dns_query *q, struct reply *r)
{
    one(q, r);
    r->bytes[12 + strlen(q->name) + 3] ^= 16;
}

static void other_id(const struct dns_query *q, struct reply *r)
{
    one(q, r);
    r->bytes[0] ^= 1;
}

static void loop(const struct dns_query *q, struct reply *r)
{
    reply_alias(r, q->name, "loop2.example");
    reply_alias(r, "loop2.example", q->name);
}

static void half(const struct dns_query *q, struct reply *r)
{
    reply_alias(r, q->name, "one.example");
}

static void whole(const struct dns_query *q, struct reply *r)
{
    half(q, r);
    reply_address(r, "one.example");
}

static void to_nothing(const struct dns_query *q, struct reply *r)
{
    reply_alias(r, q->name, "denied.example");
    denied(q, r);
}

static void to_no_data(const struct dns_query *q, struct reply *r)
{
    reply_alias(r, q->name, "nodata.example");
    reply_soa(r);
}

static void no_data(const struct dns_query *q, struct reply *r)
{
    (void)q;
    reply_soa(r);
}

static const struct {
    const char *label;
    void (*fill)(const struct dns_query *q, struct reply *r);
} answers[] = {
    {"formerr", formerr},
    {"header", header_only},
    {"ad", says_secure},
    {"servfail", servfail},
    {"notimp", notimp},
    {"refused", refused},
    {"yxdomain", too_long},
    {"denied", denied},
    {"nodata", no_data},
    {"one", one},
    {"fifty", fifty},
    {"eight", eight_kib},
    {"full", full},
    {"cut", always_cut},
    {"malformed", malformed},
    {"question", other_question},
    {"type", other_type},
    {"id", other_id},
    {"loop", loop},
    {"loop2", loop},
    {"half", half},
    {"whole", whole},
    {"nothing", to_nothing},
    {"empty", to_no_data},
    {"connections", connections},
    {"hangup", connections},
};

bool world_serve(const struct dns_query *q, struct reply *r)
{
    size_t len = strcspn(q->name, ".");

    if (strncmp(q->name, "mute.", 5) == 0)
        return false;
    if (strncmp(q->name, "hangup.", 7) == 0 && q->tcp && q->connections == 1)
        return false;

    for (size_t i = 0; i < CHECK_COUNT(answers); i++)
        if (strlen(answers[i].label) == len && strncasecmp(q->name, answers[i].label, len) == 0) {
            answers[i].fill(q, r);
            return true;
        }
    one(q, r);
    return true;
}

bool world_serve_well(const struct dns_query *q, struct reply *r)
{
    one(q, r);
    return true;
}

/* --- asking --------------------------------------------------------------------------------------
 */

const char *const kind_names[] = {"stub", "libunbound"};
struct resolver_world world;

static void take(void *arg, const struct dsmtp_answer *a)
{
    struct tally *t = arg;

    t->answered++;
    t->failed += a->presence == DSMTP_PRESENCE_FAILED ? 1 : 0;
    t->security = a->security;
    t->presence = a->presence;
    t->count = a->count;
    t->len = a->presence == DSMTP_PRESENCE_DATA ? a->records[0].len : 0;
    snprintf(t->why, sizeof(t->why), "%.199s", a->why != NULL ? a->why : "");
    if (t->answered == t->awaited)
        dsmtp_loop_stop(&world.loop);
}

void world_begin(void)
{
    memset(&world.tally, 0, sizeof(world.tally));
}

bool world_ask(struct dsmtp_resolver *r, const char *name, enum dsmtp_rrtype type)
{
    const struct dsmtp_query query = {.name = name, .type = type};

    world.tally.awaited++;
    return check_int(r->ask(r->self, &query, take, &world.tally), DSMTP_OK);
}

void world_wait(void)
{
    check_int(dsmtp_loop_run(&world.loop), DSMTP_OK);
}

void world_ask_one(struct dsmtp_resolver *r, const char *name, enum dsmtp_rrtype type)
{
    world_begin();
    if (world_ask(r, name, type))
        world_wait();
}

void world_ask_many(struct dsmtp_resolver *r, unsigned count, const char *zone)
{
    char name[60];

    world_begin();
    for (unsigned i = 0; i < count; i++) {
        snprintf(name, sizeof(name), "host%u.%s.example", i, zone);
        if (!world_ask(r, name, DSMTP_RR_A))
            return;
    }
    world_wait();
}

/* libunbound validates with it, and finds everything else insecure. */
static bool write_anchor(void)
{
    static const char record[] = "anchor.example. DS 1 13 2 "
                                 "00000000000000000000000000000000000000000000000000000000000000"
                                 "00\n";
    int fd;
    bool ok;

    snprintf(world.anchor, sizeof(world.anchor), "/tmp/unit-anchor-XXXXXX");
    fd = mkstemp(world.anchor);
    ok = fd >= 0 && write(fd, record, sizeof(record) - 1) == (ssize_t)sizeof(record) - 1;
    (void)close(fd);
    return check_true(ok);
}

bool world_resolver(enum kind kind, unsigned timeout_ms, struct dsmtp_resolver *out)
{
    const char *servers[] = {world.server.address};
    const struct dsmtp_stub_options stub = {
        .servers = servers, .server_count = 1, .timeout_ms = timeout_ms};
    const struct dsmtp_unbound_options unbound = {.forwarders = servers,
                                                  .forwarder_count = 1,
                                                  .trust_anchor = world.anchor,
                                                  .timeout_ms = timeout_ms};
    struct dsmtp_fault fault = {.what = ""};
    enum dsmtp_status status =
        kind == STUB ? dsmtp_resolver_stub_open(&world.loop, &stub, out, &fault)
                     : dsmtp_resolver_unbound_open(&world.loop, &unbound, out, &fault);

    check_str(fault.what, "");
    return check_int(status, DSMTP_OK);
}

bool world_open(unsigned delay_ms)
{
    struct dsmtp_fault fault;

    memset(&world, 0, sizeof(world));
    world.server = (struct dns_server){.serve = world_serve, .delay_ms = delay_ms};
    return write_anchor() && dns_server_start(&world.server) &&
           check_int(dsmtp_loop_open(&world.loop, &fault), DSMTP_OK);
}

void world_close(void)
{
    dns_server_kill(&world.server);
    dsmtp_loop_close(&world.loop);
    (void)unlink(world.anchor);
}
