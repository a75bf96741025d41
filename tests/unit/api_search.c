/* api_search.c - the answers of api_search.h. */
#include "api_search.h"

#include <stdio.h>
#include <string.h>

#include "check.h"

static void add_data(struct reply *r, const struct api_row *row, const char *name)
{
    uint8_t rdata[300] = {0, 10};

    switch (row->type) {
    case DSMTP_RR_MX:
        reply_add(r, AN, name, row->type, rdata, 2 + reply_name(row->data, rdata + 2));
        break;
    case DSMTP_RR_CNAME:
    case DSMTP_RR_DNAME:
        reply_add(r, AN, name, row->type, rdata, reply_name(row->data, rdata));
        break;
    case DSMTP_RR_A:
        reply_address(r, name);
        break;
    case DSMTP_RR_TLSA:
    case DSMTP_RR_AAAA:
    case DSMTP_RR_NS:
    case DSMTP_RR_DS:
    case DSMTP_RR_NSEC3PARAM:
        reply_add(r, AN, name, row->type, row->data, row->len);
        break;
    }
}

static void make_reply(struct reply *r, const struct api_row *row, const struct dsmtp_ask *ask)
{
    static const unsigned flags[] = {
        [DENIED] = NX, [FAILS] = SERVFAIL, [CUT] = TC, [EXTENDED] = SERVFAIL};

    reply_begin(r, row->kind <= EXTENDED && row->kind < CHECK_COUNT(flags) ? flags[row->kind] : 0,
                ask->name, (enum dsmtp_rrtype)ask->type);
    if (row->kind == DATA || row->kind == CUT)
        add_data(r, row, ask->name);
    if (row->kind == NONE_OF_IT || row->kind == DENIED)
        reply_soa(r);
    if (row->kind == EXTENDED)
        reply_extended(r);
    if (row->kind == HALF)
        reply_alias(r, ask->name, "nowhere.example");
    if (row->kind == RUBBISH)
        r->len -= 3;
}

static enum dsmtp_status feed(struct dsmtp_search *search, const struct api_row *rows,
                              const struct dsmtp_ask *ask)
{
    static const struct api_row denial = {.kind = NONE_OF_IT, .security = DSMTP_SECURITY_SECURE};
    static struct reply r;
    const struct api_row *row = rows;

    while (row->name != NULL && (row->type != ask->type || strcmp(row->name, ask->name) != 0))
        row++;
    if (row->name == NULL)
        row = &denial;
    make_reply(&r, row, ask);
    return row->kind == NOTHING
               ? dsmtp_search_feed(search, ask->id, NULL, 0, row->security, row->why)
               : dsmtp_search_feed(search, ask->id, r.bytes, r.len, row->security, row->why);
}

/* A round is asked as a whole before the first answer comes, and answered from the last one on. */
enum dsmtp_status api_answer(struct dsmtp_search *search, const struct api_row *rows,
                             unsigned *rounds)
{
    enum dsmtp_status status = DSMTP_OK;

    for (*rounds = 0; status == DSMTP_OK; ++*rounds) {
        struct dsmtp_ask asks[40];
        unsigned count = 0;

        while (count < CHECK_COUNT(asks) &&
               (status = dsmtp_search_want(search, &asks[count])) == DSMTP_OK)
            count++;
        if (status != DSMTP_AGAIN || count == 0)
            return status == DSMTP_AGAIN ? DSMTP_OK : status;
        check_true(dsmtp_search_plan(search) == NULL);
        status = DSMTP_OK;
        while (status == DSMTP_OK && count-- > 0)
            status = feed(search, rows, &asks[count]);
    }
    return status;
}

void api_describe(const struct dsmtp_plan *plan, char *out, size_t room)
{
    struct dsmtp_host_info h = {.size = sizeof(h)};
    const char *reason;
    enum dsmtp_verdict verdict = dsmtp_plan_verdict(plan, &reason);
    int used = snprintf(out, room, "%s %s", dsmtp_verdict_name(verdict), reason);

    for (size_t i = 0; dsmtp_plan_host(plan, i, &h) == DSMTP_OK && used < (int)room; i++)
        used += snprintf(out + used, room - (size_t)used, " | %s %s %s%s%s", h.name,
                         dsmtp_level_name(h.level), h.reason, h.detail != NULL ? ": " : "",
                         h.detail != NULL ? h.detail : "");
}
