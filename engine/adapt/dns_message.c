/* dns_message.c - queries and replies of dns_message.h. */
#include "adapt/dns_message.h"

#include <string.h>

#include "adapt/dns_ede.h"

enum { QR = 0x8000, TC = 0x0200, RD = 0x0100, AD = 0x0020, CD = 0x0010 };
enum { CLASS_IN = 1, TYPE_NS = 2, TYPE_SOA = 6, TYPE_OPT = 41, TYPE_RRSIG = 46 };
enum { EDNS_DO = 0x8000, OPTION_EDE = 15 };
enum section { ANSWER, AUTHORITY, ADDITIONAL, SECTIONS };

/* One pass over the records of a message. */
struct reader {
    const uint8_t *message;
    size_t len;
    size_t pos;
    unsigned left[SECTIONS];
};

struct rr {
    struct dsmtp_dname owner;
    enum section section;
    unsigned type;
    unsigned class;
    uint32_t ttl;
    size_t rdata; /* where it begins */
    size_t rdlen;
};

static unsigned get16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static uint8_t *put16(uint8_t *p, unsigned value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
    return p + 2;
}

size_t dsmtp_dns_query(const struct dsmtp_query *query, uint16_t id, bool checking_disabled,
                       uint8_t out[DSMTP_DNS_QUERY_MAX])
{
    struct dsmtp_dname name;
    uint8_t *p = out;

    if (dsmtp_dname_from_text(query->name, &name) != DSMTP_OK)
        return 0;
    p = put16(p, id);
    p = put16(p, RD | AD | (checking_disabled ? CD : 0u));
    p = put16(p, 1);
    p = put16(p, 0);
    p = put16(p, 0);
    p = put16(p, 1);
    memcpy(p, name.wire, name.len);
    p = put16(p + name.len, query->type);
    p = put16(p, CLASS_IN);
    *p++ = 0;
    p = put16(p, TYPE_OPT);
    p = put16(p, DSMTP_DNS_UDP_SIZE);
    p = put16(p, 0);
    p = put16(p, EDNS_DO);
    p = put16(p, 0);
    return (size_t)(p - out);
}

/* Header and question; false: not a reply to this query. */
static bool open_reply(struct reader *r, const uint8_t *message, size_t len,
                       const struct dsmtp_query *query)
{
    struct dsmtp_dname asked, name;

    if (len < DSMTP_DNS_HEADER || (get16(message + 2) & QR) == 0 || get16(message + 4) != 1)
        return false;
    *r = (struct reader){.message = message, .len = len, .pos = DSMTP_DNS_HEADER};
    for (unsigned s = ANSWER; s < SECTIONS; s++)
        r->left[s] = get16(message + 6 + 2 * s);
    if (dsmtp_dname_from_text(query->name, &asked) != DSMTP_OK ||
        !dsmtp_dname_read(message, len, &r->pos, &name) || !dsmtp_dname_equal(&asked, &name) ||
        len - r->pos < 4)
        return false;
    r->pos += 4;
    return get16(message + r->pos - 4) == query->type && get16(message + r->pos - 2) == CLASS_IN;
}

/* A header with an error and nothing else, as from a server that did not understand the query. */
static bool bare_error(const uint8_t *message, size_t len)
{
    return len >= DSMTP_DNS_HEADER && (get16(message + 2) & QR) != 0 && get16(message + 4) == 0 &&
           (get16(message + 2) & 0xfu) != DSMTP_RCODE_NOERROR;
}

bool dsmtp_dns_replies_to(const uint8_t *message, size_t len, const struct dsmtp_query *query,
                          uint16_t id)
{
    struct reader r;

    return (bare_error(message, len) || open_reply(&r, message, len, query)) &&
           get16(message) == id;
}

/* The next record: 1, or 0 behind the last, or -1: malformed. */
static int next_rr(struct reader *r, struct rr *out)
{
    unsigned section = ANSWER;
    const uint8_t *fixed;

    while (section < SECTIONS && r->left[section] == 0)
        section++;
    if (section == SECTIONS)
        return 0;
    r->left[section]--;
    if (!dsmtp_dname_read(r->message, r->len, &r->pos, &out->owner) || r->len - r->pos < 10)
        return -1;
    fixed = r->message + r->pos;
    out->section = (enum section)section;
    out->type = get16(fixed);
    out->class = get16(fixed + 2);
    out->ttl = get32(fixed + 4);
    out->rdlen = get16(fixed + 8);
    out->rdata = r->pos + 10;
    if (out->rdlen > r->len - out->rdata)
        return -1;
    r->pos = out->rdata + out->rdlen;
    return 1;
}

/* Extended DNS errors among the options of OPT (RFC 8914); there may be several. */
static void read_ede(const struct reader *r, const struct rr *opt, char *why, size_t room)
{
    const uint8_t *p = r->message + opt->rdata;
    const uint8_t *end = p + opt->rdlen;

    while (end - p >= 4 && (size_t)(end - p - 4) >= get16(p + 2)) {
        size_t len = get16(p + 2);

        if (get16(p) == OPTION_EDE && len >= 2)
            dsmtp_ede_append(why, room, get16(p + 4), p + 6, len - 2);
        p += 4 + len;
    }
}

/* Rdata that an answer rests on: octets, then names, then octets. */
static const struct {
    unsigned type;
    size_t before, names, after;
} shapes[] = {
    {DSMTP_RR_A, 4, 0, 0},     {DSMTP_RR_NS, 0, 1, 0}, {DSMTP_RR_CNAME, 0, 1, 0},
    {TYPE_SOA, 0, 2, 20},      {DSMTP_RR_MX, 2, 1, 0}, {DSMTP_RR_AAAA, 16, 0, 0},
    {DSMTP_RR_DNAME, 0, 1, 0},
};

/* A message with a broken SOA record proves no absence, whatever its rcode. */
static bool well_shaped(const struct reader *r, const struct rr *rr)
{
    const size_t end = rr->rdata + rr->rdlen;

    for (size_t i = 0; rr->class == CLASS_IN && i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        struct dsmtp_dname name;
        size_t pos = rr->rdata + shapes[i].before;

        if (shapes[i].type != rr->type)
            continue;
        for (size_t n = 0; n < shapes[i].names; n++)
            if (!dsmtp_dname_read(r->message, end, &pos, &name))
                return false;
        return pos + shapes[i].after == end;
    }
    return true;
}

/* Walk all of the message once: what is wrong with it (NULL: nothing), and what else does it say?
 */
static const char *survey(struct reader r, struct dsmtp_dns_reply *out, bool *referral)
{
    struct rr rr;
    bool ns = false;
    int got;

    while ((got = next_rr(&r, &rr)) > 0) {
        if (!well_shaped(&r, &rr))
            return "malformed record";
        if (rr.section == AUTHORITY && rr.type == TYPE_SOA) {
            out->soa = true;
            out->ttl = rr.ttl;
        }
        ns = ns || (rr.section == AUTHORITY && rr.type == TYPE_NS);
        if (rr.section == ADDITIONAL && rr.type == TYPE_OPT) {
            out->rcode |= (unsigned)(rr.ttl >> 24) << 4;
            read_ede(&r, &rr, out->why, sizeof(out->why));
        }
    }
    *referral = ns && !out->soa;
    return got == 0 ? NULL : "malformed reply";
}

/* Names inside rdata are written out in full. */
static bool copy_named(const struct reader *r, const struct rr *rr, size_t skip,
                       struct dsmtp_arena *arena, struct dsmtp_rdata *out)
{
    struct dsmtp_dname name = {.len = 0};
    size_t pos = rr->rdata + skip;
    uint8_t *data;

    (void)dsmtp_dname_read(r->message, r->len, &pos, &name); /* is well-shaped */
    data = dsmtp_arena_alloc(arena, 1, skip + name.len);
    if (data == NULL)
        return false;
    memcpy(data, r->message + rr->rdata, skip);
    memcpy(data + skip, name.wire, name.len);
    *out = (struct dsmtp_rdata){.data = data, .len = skip + name.len};
    return true;
}

/* False: out of memory. */
static bool copy_rdata(const struct reader *r, const struct rr *rr, struct dsmtp_arena *arena,
                       struct dsmtp_rdata *out)
{
    switch (rr->type) {
    case DSMTP_RR_NS:
    case DSMTP_RR_CNAME:
    case DSMTP_RR_DNAME:
        return copy_named(r, rr, 0, arena, out);
    case DSMTP_RR_MX:
        return copy_named(r, rr, 2, arena, out);
    default:
        out->data = dsmtp_arena_copy(arena, r->message + rr->rdata, rr->rdlen);
        out->len = rr->rdlen;
        return out->data != NULL;
    }
}

/* What the answer section holds at one name. */
struct found {
    unsigned records;
    unsigned aliases;
    struct dsmtp_dname target; /* of the last alias */
    uint32_t ttl;
};

static const char *look_at(struct reader r, const struct dsmtp_dname *name, enum dsmtp_rrtype type,
                           struct found *out)
{
    struct rr rr;

    *out = (struct found){.ttl = UINT32_MAX};
    while (next_rr(&r, &rr) > 0 && rr.section == ANSWER) {
        size_t pos = rr.rdata;

        if (rr.class != CLASS_IN || (rr.type != type && rr.type != DSMTP_RR_CNAME) ||
            !dsmtp_dname_equal(&rr.owner, name))
            continue;
        if (rr.type == type) {
            out->records++;
        } else {
            (void)dsmtp_dname_read(r.message, r.len, &pos, &out->target); /* is well-shaped */
            out->aliases++;
        }
        out->ttl = rr.ttl < out->ttl ? rr.ttl : out->ttl;
    }
    if (out->aliases > 1 || (out->aliases == 1 && out->records > 0))
        return "an alias beside other data";
    return NULL;
}

/* Is the name below a DNAME record of the answer? Then an alias follows from that record, and a
 * server has to put it into the reply (RFC 6672, section 3.1). It has no signature of its own
 * (R-4035-4.8-1); whether all is well with it is for the validator to say. */
static bool below_dname(struct reader r, const struct dsmtp_dname *name)
{
    struct rr rr;

    while (next_rr(&r, &rr) > 0 && rr.section == ANSWER)
        if (rr.type == DSMTP_RR_DNAME && rr.class == CLASS_IN && dsmtp_dname_below(name, &rr.owner))
            return true;
    return false;
}

/* From the name that was asked for to the end of the alias chain. */
static const char *follow(const struct reader *r, const struct dsmtp_query *query,
                          struct dsmtp_dname *name, struct dsmtp_dns_reply *out)
{
    struct found found;
    uint32_t ttl = UINT32_MAX;

    for (unsigned hops = 0; hops <= DSMTP_ALIASES_MAX; hops++) {
        const char *wrong = look_at(*r, name, query->type, &found);

        if (wrong != NULL)
            return wrong;
        ttl = found.ttl < ttl ? found.ttl : ttl;
        if (found.aliases == 0) {
            out->count = found.records;
            /* With no record the SOA's time counts, if there was one. */
            if (found.records > 0 || !out->soa || ttl < out->ttl)
                out->ttl = ttl != UINT32_MAX ? ttl : 0;
            if (found.records == 0 && below_dname(*r, name))
                return "a DNAME record without its alias";
            return found.records > DSMTP_RECORDS_MAX ? "too many records" : NULL;
        }
        *name = found.target;
        out->aliased++;
    }
    return "alias chain too long or a loop";
}

static const char *collect(struct reader r, const struct dsmtp_query *query,
                           const struct dsmtp_dname *name, struct dsmtp_arena *arena,
                           struct dsmtp_dns_reply *out)
{
    struct dsmtp_rdata *records = dsmtp_arena_alloc(arena, out->count, sizeof(*records));
    unsigned n = 0;
    struct rr rr;

    if (records == NULL)
        return "out of memory";
    while (n < out->count && next_rr(&r, &rr) > 0) {
        if (rr.section != ANSWER || rr.class != CLASS_IN || rr.type != query->type ||
            !dsmtp_dname_equal(&rr.owner, name))
            continue;
        if (!copy_rdata(&r, &rr, arena, &records[n++]))
            return "out of memory";
    }
    out->records = records;
    return NULL;
}

/* The name in the text that everything else compares. False: out of memory. */
static bool keep_name(const struct dsmtp_dname *name, struct dsmtp_arena *arena, const char **out)
{
    char text[DSMTP_DNAME_TEXT_SIZE];

    dsmtp_dname_to_text(name, text);
    *out = dsmtp_arena_strdup(arena, text);
    return *out != NULL;
}

/* RRSIG rdata before the signer's name (RFC 4034, section 3.1). */
enum {
    RRSIG_ALGORITHM = 2,
    RRSIG_TTL = 4,
    RRSIG_EXPIRATION = 8,
    RRSIG_INCEPTION = 12,
    RRSIG_SIGNER = 18
};

/* A signature that nobody can read says nothing; it is for the validator to mind. False: out of
 * memory. */
static bool note_signature(const struct reader *r, const struct rr *rr, struct dsmtp_arena *arena,
                           struct dsmtp_signature *out)
{
    const uint8_t *p = r->message + rr->rdata;
    size_t pos = rr->rdata + RRSIG_SIGNER;
    struct dsmtp_dname signer;
    uint32_t lifetime;

    if (rr->rdlen <= RRSIG_SIGNER ||
        !dsmtp_dname_read(r->message, rr->rdata + rr->rdlen, &pos, &signer))
        return true;
    lifetime = get32(p + RRSIG_EXPIRATION) - get32(p + RRSIG_INCEPTION);
    if (out->signer == NULL || p[RRSIG_ALGORITHM] < out->algorithm)
        out->algorithm = p[RRSIG_ALGORITHM];
    out->original_ttl = get32(p + RRSIG_TTL);
    out->lifetime = lifetime > out->lifetime ? lifetime : out->lifetime;
    return out->signer != NULL || keep_name(&signer, arena, &out->signer);
}

/* The signatures of the records that the answer ends in. */
static const char *read_signatures(struct reader r, const struct dsmtp_query *query,
                                   const struct dsmtp_dname *name, struct dsmtp_arena *arena,
                                   struct dsmtp_dns_reply *out)
{
    struct rr rr;

    while (next_rr(&r, &rr) > 0 && rr.section == ANSWER)
        if (rr.class == CLASS_IN && rr.type == TYPE_RRSIG && rr.rdlen >= 2 &&
            get16(r.message + rr.rdata) == (unsigned)query->type &&
            dsmtp_dname_equal(&rr.owner, name) && !note_signature(&r, &rr, arena, &out->signature))
            return "out of memory";
    return NULL;
}

/* A complete reply with rcode 0 or 3: what does it answer? */
static const char *interpret(const struct reader *r, const struct dsmtp_query *query,
                             struct dsmtp_arena *arena, struct dsmtp_dns_reply *out)
{
    struct dsmtp_dname name;
    const char *wrong;

    if (dsmtp_dname_from_text(query->name, &name) != DSMTP_OK)
        return "the name cannot be asked";
    wrong = follow(r, query, &name, out);
    if (wrong == NULL && out->count > 0)
        wrong = collect(*r, query, &name, arena, out);
    if (wrong == NULL && out->count > 0)
        wrong = read_signatures(*r, query, &name, arena, out);
    if (wrong == NULL && out->aliased > 0 && !keep_name(&name, arena, &out->canonical))
        wrong = "out of memory";
    if (wrong != NULL)
        return wrong;
    if (out->rcode == DSMTP_RCODE_NXDOMAIN)
        out->presence = DSMTP_PRESENCE_NXDOMAIN;
    else
        out->presence = out->count > 0 ? DSMTP_PRESENCE_DATA : DSMTP_PRESENCE_NODATA;
    if (out->presence == DSMTP_PRESENCE_NXDOMAIN && out->count > 0)
        return "records of a name that is said not to exist";
    return NULL;
}

const char *dsmtp_dns_read(const uint8_t *message, size_t len, const struct dsmtp_query *query,
                           struct dsmtp_arena *arena, struct dsmtp_dns_reply *out)
{
    struct dsmtp_dns_reply reply = {.presence = DSMTP_PRESENCE_FAILED};
    struct reader r;
    const char *wrong;
    bool referral;

    if (bare_error(message, len)) {
        *out = (struct dsmtp_dns_reply){.rcode = get16(message + 2) & 0xfu,
                                        .presence = DSMTP_PRESENCE_FAILED};
        return NULL;
    }
    if (!open_reply(&r, message, len, query))
        return "not a reply to the question";
    reply.rcode = get16(message + 2) & 0xfu;
    reply.authentic = (get16(message + 2) & AD) != 0;
    reply.truncated = (get16(message + 2) & TC) != 0;
    wrong = survey(r, &reply, &referral);
    if (wrong == NULL && !reply.truncated &&
        (reply.rcode == DSMTP_RCODE_NOERROR || reply.rcode == DSMTP_RCODE_NXDOMAIN))
        wrong = interpret(&r, query, arena, &reply);
    if (wrong == NULL && reply.presence == DSMTP_PRESENCE_NODATA && referral)
        wrong = "a referral in place of an answer";
    if (wrong == NULL)
        *out = reply;
    return wrong;
}

struct dsmtp_answer dsmtp_dns_answer(const struct dsmtp_query *query,
                                     const struct dsmtp_dns_reply *reply,
                                     enum dsmtp_security security)
{
    return (struct dsmtp_answer){.query = *query,
                                 .security = security,
                                 .presence = reply->presence,
                                 .canonical = reply->canonical,
                                 .aliases = reply->aliased,
                                 .records = reply->records,
                                 .count = reply->count,
                                 .ttl = reply->ttl,
                                 .signature = reply->signature};
}

const char *dsmtp_dns_objection(const struct dsmtp_dns_reply *reply, bool proven)
{
    if (reply->truncated)
        return "the reply is truncated";
    if (reply->presence == DSMTP_PRESENCE_FAILED)
        return dsmtp_dns_rcode_name(reply->rcode);
    if (proven && reply->presence == DSMTP_PRESENCE_NODATA && reply->aliased > 0 && !reply->soa)
        return "the reply ends in an alias without its target";
    return NULL;
}

struct dsmtp_answer dsmtp_dns_interpret(const uint8_t *message, size_t len,
                                        const struct dsmtp_query *query,
                                        enum dsmtp_security security, struct dsmtp_arena *arena,
                                        struct dsmtp_dns_reply *reply)
{
    const char *wrong;

    *reply = (struct dsmtp_dns_reply){.presence = DSMTP_PRESENCE_FAILED};
    wrong = dsmtp_dns_read(message, len, query, arena, reply);
    if (wrong == NULL)
        wrong = dsmtp_dns_objection(reply, security == DSMTP_SECURITY_SECURE);
    return wrong != NULL ? dsmtp_answer_failed(query, DSMTP_SECURITY_ERROR, wrong)
                         : dsmtp_dns_answer(query, reply, security);
}

const char *dsmtp_dns_rcode_name(unsigned rcode)
{
    static const char *const name[] = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",
                                       "NOTIMP",  "REFUSED", "YXDOMAIN", "YXRRSET",
                                       "NXRRSET", "NOTAUTH", "NOTZONE"};

    return rcode < sizeof(name) / sizeof(name[0]) ? name[rcode] : "an error";
}
