/* advice_case.c - the builder of advice_case.h. */
#include "advice_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/usable.h"

#define TARGET "mx.target.example"

static const char *const names[] = {"mx1.d.example", "mx2.d.example"};
static const char *const addresses[] = {"192.0.2.1", "192.0.2.2"};
static const uint8_t null_mx[] = {0, 0, 0}, host_mx[] = {0, 10, 1, 'm', 0};

static void *take(struct advice_stage *s, size_t count, size_t size)
{
    void *out = dsmtp_arena_alloc(&s->arena, count, size);

    if (out == NULL)
        abort();
    return out;
}

static struct dsmtp_question *question(struct advice_stage *s, const char *name,
                                       enum dsmtp_rrtype type, enum dsmtp_security security,
                                       enum dsmtp_presence presence)
{
    struct dsmtp_question *q = take(s, 1, sizeof(*q));

    q->query = (struct dsmtp_query){name, type};
    q->answered = true;
    q->answer = (struct dsmtp_answer){
        .query = q->query, .security = security, .presence = presence, .ttl = 300};
    s->discover.questions[s->discover.count++] = q;
    return q;
}

static void mx(struct advice_stage *s, const struct advice_case *c)
{
    const char *records = c->mx_records != NULL ? c->mx_records : "h";
    struct dsmtp_rdata *rdata = take(s, strlen(records), sizeof(*rdata));
    struct dsmtp_question *q = question(s, "d.example", DSMTP_RR_MX, c->mx,
                                        c->implicit ? DSMTP_PRESENCE_NODATA : DSMTP_PRESENCE_DATA);

    for (size_t i = 0; records[i] != '\0'; i++)
        rdata[i] = records[i] == 'n' ? (struct dsmtp_rdata){null_mx, sizeof(null_mx)}
                                     : (struct dsmtp_rdata){host_mx, sizeof(host_mx)};
    q->answer.records = rdata;
    q->answer.count = c->implicit ? 0 : (unsigned)strlen(records);
    if (c->algorithm != 0)
        q->answer.signature = (struct dsmtp_signature){"d.example", c->algorithm, 300, 86400};
    s->discover.plan.mx_null = strcmp(records, "n") == 0;
}

/* To whoever looks at its outermost form only. */
static const uint8_t certificate[] = {0x30, 7, 0x30, 0, 0x30, 0, 0x03, 1, 0};
static const uint8_t key[] = {0x30, 5, 0x30, 0, 0x03, 1, 0};

static size_t usual_length(const uint8_t *rdata)
{
    static const size_t digests[] = {0, 32, 64};

    if (rdata[2] != 0)
        return rdata[2] <= 2 ? digests[rdata[2]] : 32;
    return rdata[1] == 0 ? sizeof(certificate) : sizeof(key);
}

static struct dsmtp_tlsa record(struct advice_stage *s, const char *text)
{
    uint8_t *rdata = take(s, 1, 2000);
    bool usual;
    size_t len;
    char *end;

    for (unsigned i = 0; i < 3; i++) {
        rdata[i] = (uint8_t)strtoul(text, &end, 10);
        text = end;
    }
    usual = text[2] != ' ';
    len = usual ? usual_length(rdata) : strtoul(text + 2, NULL, 10);
    memset(rdata + 3, text[1], len);
    if (usual && rdata[2] == 0)
        memcpy(rdata + 3, rdata[1] == 0 ? certificate : key, len);
    return dsmtp_tlsa_split(rdata, 3 + len);
}

static void records(struct advice_stage *s, struct dsmtp_host_plan *h, const char *text)
{
    unsigned count = 1;
    struct dsmtp_tlsa *list;

    for (const char *t = text; *t != '\0'; t++)
        count += *t == ',' ? 1 : 0;
    list = take(s, count, sizeof(*list));
    for (unsigned i = 0; i < count; i++) {
        list[i] = record(s, text);
        text += strcspn(text, ",") + (i + 1 < count ? 1 : 0);
    }
    (void)dsmtp_usable_mark(s->discover.config.profile, list, count);
    h->tlsa = list;
    h->tlsa_count = count;
}

static struct dsmtp_exam *examine(struct advice_stage *s, const struct case_attempt *c)
{
    struct dsmtp_exam *e = take(s, 1, sizeof(*e));

    e->refusal = c->refusal;
    e->seen = c->exam != NULL;
    if (!e->seen)
        return e;
    e->key[0] = (uint8_t)c->key;
    e->records = take(s, strlen(c->exam), sizeof(*e->records));
    for (size_t i = 0; c->exam[i] != '\0'; i++) {
        char letter = c->exam[i];

        e->records[i] = (struct dsmtp_record_exam){
            .depth = letter == 'i'                    ? 1
                     : letter == 'l' || letter == 'h' ? 0
                                                      : -1,
            .judged = letter != '.',
            .holds = letter == 'h' || letter == 'H',
            .holds_multi_label = letter == 'w',
            .fault = letter == 'h' || letter == 'H' ? DSMTP_CHAIN_FAULT_NONE
                     : letter == 'w'                ? DSMTP_CHAIN_FAULT_NAME
                                                    : DSMTP_CHAIN_FAULT_NO_MATCH};
    }
    return e;
}

static void attempt(struct advice_stage *s, const struct dsmtp_host_plan *h,
                    const struct case_attempt *c, const char *address)
{
    struct dsmtp_attempt *a = &s->outcome.attempts[s->outcome.attempt_count++];
    bool ready = c->end == DSMTP_REASON_SESSION_READY;

    a->host = h->name;
    a->address = address;
    a->level = h->level;
    a->reason = c->end;
    a->rules = "";
    a->tls.up = ready;
    a->tls.authenticated = ready && h->level == DSMTP_LEVEL_DANE;
    a->tls.fault = c->fault;
    if (c->fault != DSMTP_CHAIN_FAULT_NONE)
        (void)snprintf(a->tls.detail, sizeof(a->tls.detail), "OpenSSL's words");
    else if (!ready)
        a->reply = "the server's words";
    if (h->level == DSMTP_LEVEL_AUDIT && c->fault != DSMTP_CHAIN_FAULT_NONE)
        a->tls.reason = DSMTP_REASON_TLSA_MISMATCH;
    (void)snprintf(a->tls.version, sizeof(a->tls.version), "%s",
                   c->version != NULL ? c->version : "TLSv1.3");
    a->exam = examine(s, c);
    if (c->again != DSMTP_REASON_NONE) {
        struct dsmtp_attempt *again = take(s, 1, sizeof(*again));

        again->reason = c->again;
        again->tls.up = c->again == DSMTP_REASON_SESSION_READY;
        a->again = again;
    }
}

static struct dsmtp_question *tlsa(struct advice_stage *s, const struct case_host *c, bool found)
{
    struct dsmtp_question *q = question(s, "_25._tcp", DSMTP_RR_TLSA, c->records,
                                        found ? DSMTP_PRESENCE_DATA : DSMTP_PRESENCE_NODATA);

    if (c->ttl != 0)
        q->answer.ttl = c->ttl;
    q->answer.signature.lifetime = c->lifetime;
    return q;
}

static void lookups(struct advice_stage *s, const struct case_host *c, unsigned i)
{
    struct dsmtp_host_search *search = &s->discover.search[i];

    search->a = question(s, names[i], DSMTP_RR_A, DSMTP_SECURITY_SECURE, DSMTP_PRESENCE_DATA);
    search->a->answer.canonical = c->alias;
    search->aaaa = question(s, names[i], DSMTP_RR_AAAA,
                            c->aaaa_fails ? DSMTP_SECURITY_BOGUS : DSMTP_SECURITY_SECURE,
                            c->aaaa_fails ? DSMTP_PRESENCE_FAILED : DSMTP_PRESENCE_NODATA);
    if (c->alias != NULL) {
        search->tlsa[0] = tlsa(s, c, c->other_base);
        search->base[0] = TARGET;
        search->tlsa[1] = tlsa(s, c, c->own_base);
        search->base[1] = names[i];
    } else if (c->tlsa != NULL || c->records != DSMTP_SECURITY_SECURE) {
        search->tlsa[0] = tlsa(s, c, c->tlsa != NULL);
        search->base[0] = names[i];
    }
    if (c->survey != DSMTP_PRESENCE_COUNT) {
        s->survey.hosts[i].answered = true;
        s->survey.hosts[i].answer.presence = c->survey;
    }
}

static void host(struct advice_stage *s, const struct case_host *c, unsigned i)
{
    struct dsmtp_host_plan *h = &s->discover.plan.hosts[s->discover.plan.host_count++];

    h->name = names[i];
    h->level = c->level;
    h->reason = c->reason;
    h->rules = "";
    h->tlsa_asked = c->survey == DSMTP_PRESENCE_COUNT;
    h->addresses = addresses;
    h->address_count = c->reason == DSMTP_REASON_NO_ADDRESS ? 0 : 2;
    h->tlsa_base = c->other_base ? TARGET : names[i];
    if (c->base != NULL)
        h->tlsa_base = c->base;
    if (c->tlsa != NULL && c->records == DSMTP_SECURITY_SECURE)
        records(s, h, c->tlsa);
    lookups(s, c, i);
    for (unsigned k = 0; k < 2; k++)
        if (c->attempts[k].end != DSMTP_REASON_NONE)
            attempt(s, h, &c->attempts[k], addresses[k]);
}

/* What a zone says of itself. */
static void zone(struct advice_stage *s, const struct advice_case *c)
{
    struct dsmtp_rdata *ds = take(s, 1, sizeof(*ds));
    struct dsmtp_rdata *nsec3 = take(s, 1, sizeof(*nsec3));
    const uint8_t ds_data[] = {0, 1, 13, c->ds_digest, 0};
    const uint8_t nsec3_data[] = {1, 0, (uint8_t)(c->iterations >> 8), (uint8_t)c->iterations, 0};

    if (c->algorithm == 0)
        return;
    *ds = (struct dsmtp_rdata){dsmtp_arena_copy(&s->arena, ds_data, sizeof(ds_data)), 5};
    *nsec3 = (struct dsmtp_rdata){dsmtp_arena_copy(&s->arena, nsec3_data, sizeof(nsec3_data)), 5};
    s->survey.ds[0].answer.records = ds;
    s->survey.ds[0].answer.count = 1;
    s->survey.nsec3[0].answer.records = nsec3;
    s->survey.nsec3[0].answer.count = c->iterations > 0 ? 1 : 0;
}

void advice_stage_init(struct advice_stage *s, const struct advice_case *c)
{
    struct dsmtp_plan *plan = &s->discover.plan;

    memset(s, 0, sizeof(*s));
    dsmtp_arena_init(&s->arena, 1u << 20);
    s->discover.config.profile = dsmtp_profile_find("rfc7672");
    s->discover.config.port = 25;
    s->discover.questions = take(s, 20, sizeof(*s->discover.questions));
    s->discover.search = take(s, 2, sizeof(*s->discover.search));
    s->outcome.attempts = take(s, 4, sizeof(*s->outcome.attempts));
    s->outcome.plan = plan;
    plan->hosts = take(s, 2, sizeof(*plan->hosts));
    plan->mx_asked = true;
    plan->mx_security = c->mx;
    plan->mx_implicit = c->implicit;
    plan->reason = c->plan;
    mx(s, c);
    if (dsmtp_survey_init(&s->survey, &s->arena, &s->discover) != DSMTP_OK)
        abort();
    s->survey.hosts = take(s, 2, sizeof(*s->survey.hosts));
    zone(s, c);
    for (unsigned i = 0; i < 2; i++)
        if (c->hosts[i].reason != DSMTP_REASON_NONE)
            host(s, &c->hosts[i], i);
}

void advice_stage_fini(struct advice_stage *s)
{
    dsmtp_arena_fini(&s->arena);
}
