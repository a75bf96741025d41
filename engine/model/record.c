/* record.c - copies of answers of record.h. */
#include "model/record.h"

const char *dsmtp_rrtype_name(enum dsmtp_rrtype type)
{
    switch (type) {
    case DSMTP_RR_A:
        return "A";
    case DSMTP_RR_NS:
        return "NS";
    case DSMTP_RR_CNAME:
        return "CNAME";
    case DSMTP_RR_MX:
        return "MX";
    case DSMTP_RR_AAAA:
        return "AAAA";
    case DSMTP_RR_DNAME:
        return "DNAME";
    case DSMTP_RR_DS:
        return "DS";
    case DSMTP_RR_NSEC3PARAM:
        return "NSEC3PARAM";
    case DSMTP_RR_TLSA:
        return "TLSA";
    }
    return "?";
}

static enum dsmtp_status copy_text(struct dsmtp_arena *arena, const char *from, const char **out)
{
    *out = dsmtp_arena_strdup(arena, from);
    return from != NULL && *out == NULL ? DSMTP_NOMEM : DSMTP_OK;
}

static enum dsmtp_status copy_records(struct dsmtp_arena *arena, const struct dsmtp_answer *from,
                                      const struct dsmtp_rdata **out)
{
    struct dsmtp_rdata *records = dsmtp_arena_alloc(arena, from->count, sizeof(*records));

    if (records == NULL)
        return DSMTP_NOMEM;
    for (unsigned i = 0; i < from->count; i++) {
        records[i].len = from->records[i].len;
        records[i].data = dsmtp_arena_copy(arena, from->records[i].data, from->records[i].len);
        if (records[i].data == NULL)
            return DSMTP_NOMEM;
    }
    *out = records;
    return DSMTP_OK;
}

enum dsmtp_status dsmtp_answer_copy(struct dsmtp_arena *arena, const struct dsmtp_answer *from,
                                    struct dsmtp_answer *out)
{
    struct dsmtp_answer copy = *from;

    DSMTP_TRY(copy_text(arena, from->query.name, &copy.query.name));
    DSMTP_TRY(copy_text(arena, from->canonical, &copy.canonical));
    DSMTP_TRY(copy_text(arena, from->why, &copy.why));
    DSMTP_TRY(copy_text(arena, from->signature.signer, &copy.signature.signer));
    DSMTP_TRY(copy_records(arena, from, &copy.records));
    *out = copy;
    return DSMTP_OK;
}

struct dsmtp_answer dsmtp_answer_failed(const struct dsmtp_query *query,
                                        enum dsmtp_security security, const char *why)
{
    return (struct dsmtp_answer){
        .query = *query, .security = security, .presence = DSMTP_PRESENCE_FAILED, .why = why};
}
