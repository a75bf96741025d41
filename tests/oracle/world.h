/* world.h - a state of the world, acted out at the engine's ports: DNS answers, SMTP servers, TLS
 * peers; no sockets. And what was seen there.
 *
 * The peers know octets, not verdicts: a host has a key, a certificate and a trust anchor, and what
 * it shows is compared with the records and the names of the engine's demand. */
#ifndef TESTS_ORACLE_WORLD_H
#define TESTS_ORACLE_WORLD_H

#include "fakes/loop.h"
#include "oracle/oracle.h"
#include "port/resolver.h"
#include "port/stream.h"

/* Ways to say the same thing; none of them may change anything. */
#define WORLD_SHAPE_LIST(X)                                  \
    X(REVERSED, "records in reverse order")                  \
    X(UPPER_CASE, "names in upper case")                     \
    X(ONE_MORE, "one more unusable record in each TLSA set") \
    X(SWAPPED, "IPv4 and IPv6 swapped")                      \
    X(DUPLICATES, "each TLSA record twice")                  \
    X(REMARKS, "a remark, another TTL with each answer")     \
    X(TLSA_ALIAS, "TLSA records behind a secure alias")      \
    X(LAST_FIRST, "answers in reverse order")                \
    X(IN_PIECES, "replies octet by octet")                   \
    X(PIPELINING, "servers that offer PIPELINING")

enum world_shape {
#define X(name, text) WORLD_SHAPE_##name,
    WORLD_SHAPE_LIST(X)
#undef X
        WORLD_SHAPE_COUNT
};

const char *world_shape_text(enum world_shape shape);

/* One connection. */
struct world_contact {
    size_t host;
    enum oracle_family family;
    bool demanded;        /* TLS was asked for, with authentication */
    enum oracle_name sni; /* of the demand, WRONG if it is no name of this host */
    unsigned mail;        /* mask of oracle_channel over which MAIL, RCPT or data came */
    unsigned taken;       /* messages that the server took */
    bool wrong_records;   /* the demand's records are not those that were published */
};

enum { WORLD_CONTACTS_MAX = 24, WORLD_STRAY_SIZE = 300 };

struct world {
    const struct oracle_state *state;
    unsigned shape; /* mask of world_shape */
    struct fake_loop loop;
    unsigned questions, streams; /* that are open */
    /* What was seen. */
    bool address_asked[ORACLE_HOSTS];
    bool address_answered[ORACLE_HOSTS][ORACLE_FAMILY_COUNT];
    bool tlsa_asked[ORACLE_HOSTS][ORACLE_NAME_EXPANDED + 1];
    bool tlsa_early[ORACLE_HOSTS]; /* before an address was known */
    struct world_contact contacts[WORLD_CONTACTS_MAX];
    unsigned contact_count;
    char stray[WORLD_STRAY_SIZE];  /* a question that nothing called for, a call out of order; or ""
                                    */
    struct world_scratch *scratch; /* octets of one answer */
};

bool world_shaped(const struct world *world, enum world_shape shape);

/* Storage and state are the caller's; they outlive the world. */
void world_init(struct world *world, const struct oracle_state *state, unsigned shape);
void world_fini(struct world *world);

struct dsmtp_resolver world_resolver(struct world *world);
struct dsmtp_connector world_connector(struct world *world);

/* Recipients of the message that is sent: all share one fate. */
enum { WORLD_RECIPIENTS = 2 };

/* The next-hop domain, and the name of a host by what it is. */
#define WORLD_NEXTHOP "d.example"
const char *world_name(const struct world *world, size_t host, enum oracle_name name);
/* Host by its published name; false: none. */
bool world_host(const struct world *world, const char *name, size_t *host);

/* The records that a secure answer holds for this set, in wire form: each at records[i], len[i]. */
enum { WORLD_SET_MAX = 2 * (ORACLE_RECORDS + 1), WORLD_RDATA_MAX = 72 };
struct world_set {
    unsigned count;
    size_t len[WORLD_SET_MAX];
    uint8_t data[WORLD_SET_MAX][WORLD_RDATA_MAX];
};
void world_tlsa(const struct world *world, size_t host, const struct oracle_tlsa_state *tlsa,
                struct world_set *out);

/* Does what the host shows match a record as it would be applied, under names? For the peer. */
enum world_match { WORLD_MATCH, WORLD_NO_MATCH, WORLD_NO_NAME, WORLD_NO_CHAIN };
enum world_match world_verify(const struct world *world, size_t host,
                              const struct dsmtp_tls_demand *demand);

/* Say it once; the first remark stays. */
void world_stray(struct world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
