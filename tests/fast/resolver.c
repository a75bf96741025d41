/* resolver.c - questions of the engine and their answers, see resolver.h. */
#include "fast/resolver.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "adapt/dns_name.h"
#include "fast/answer.h"
#include "fast/send.h"

struct question {
    LIST_ENTRY(question) link;
    struct event *soon;
    struct resolver *resolver;
    dsmtp_answer_fn *done; /* NULL: forgotten */
    void *arg;
    enum dsmtp_rrtype type;
    char name[];
};

LIST_HEAD(question_list, question);

struct resolver {
    struct dsmtp_loop *loop;
    const struct fast_zones *zones;
    int asked;
    struct question_list questions;
};

/* It is out of the list. */
static void free_question(struct question *q)
{
    event_free(q->soon);
    free(q);
}

static enum dsmtp_security security_of(enum lab_security v)
{
    static const enum dsmtp_security of[] = {[LAB_SECURE] = DSMTP_SECURITY_SECURE,
                                             [LAB_INSECURE] = DSMTP_SECURITY_INSECURE,
                                             [LAB_BOGUS] = DSMTP_SECURITY_BOGUS,
                                             [LAB_ERROR] = DSMTP_SECURITY_ERROR};

    return of[v];
}

/* The data of a record as it stands in a message, names uncompressed. */
static void put_rdata(const ldns_rr *rr, struct lab_text *out)
{
    lab_text_add(out, "", 0);
    for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
        const ldns_rdf *field = ldns_rr_rdf(rr, i);

        lab_text_add(out, (const char *)ldns_rdf_data(field), ldns_rdf_size(field));
    }
}

static void canonical_text(const ldns_rdf *name, char out[DSMTP_DNAME_TEXT_SIZE])
{
    struct dsmtp_dname wire = {.len = ldns_rdf_size(name)};

    memcpy(wire.wire, ldns_rdf_data(name), wire.len);
    dsmtp_dname_to_text(&wire, out);
}

/* Records of the answer; the caller frees each text and the list. */
static struct lab_text *records_of(const struct fast_answer *a, unsigned *count)
{
    const size_t n = a->set != NULL ? ldns_rr_list_rr_count(a->set->rrs) : a->alias != NULL;
    struct lab_text *list = lab_calloc(n, sizeof(*list));

    if (a->alias != NULL)
        lab_text_add(&list[0], (const char *)ldns_rdf_data(a->alias), ldns_rdf_size(a->alias));
    for (size_t i = 0; a->set != NULL && i < n; i++)
        put_rdata(ldns_rr_list_rr(a->set->rrs, i), &list[i]);
    *count = (unsigned)n;
    return list;
}

static void tell(struct question *q, const struct dsmtp_query *query, const struct fast_answer *a)
{
    static const enum dsmtp_presence presence[] = {[LAB_ANSWER_ANY] = DSMTP_PRESENCE_FAILED,
                                                   [LAB_ANSWER_DATA] = DSMTP_PRESENCE_DATA,
                                                   [LAB_ANSWER_NODATA] = DSMTP_PRESENCE_NODATA,
                                                   [LAB_ANSWER_NXDOMAIN] = DSMTP_PRESENCE_NXDOMAIN};
    char canonical[DSMTP_DNAME_TEXT_SIZE];
    struct dsmtp_answer answer = {.query = *query,
                                  .security = security_of(a->security),
                                  .presence = presence[a->answer],
                                  .aliases = a->aliases,
                                  .ttl = LAB_ZONE_TTL};
    struct lab_text *texts = records_of(a, &answer.count);
    struct dsmtp_rdata *records = lab_calloc(answer.count, sizeof(*records));

    for (unsigned i = 0; i < answer.count; i++)
        records[i] = (struct dsmtp_rdata){(const uint8_t *)texts[i].text, texts[i].len};
    answer.records = records;
    if (a->canonical != NULL) {
        canonical_text(a->canonical, canonical);
        answer.canonical = canonical;
    }
    q->done(q->arg, &answer);
    for (unsigned i = 0; i < answer.count; i++)
        free(texts[i].text);
    free(texts);
    free(records);
}

static void give(struct question *q)
{
    const struct dsmtp_query query = {.name = q->name, .type = q->type};
    ldns_rdf *name = ldns_dname_new_frm_str(q->name);
    struct dsmtp_answer failed;
    struct fast_answer a;

    if (name == NULL) {
        failed = dsmtp_answer_failed(&query, DSMTP_SECURITY_ERROR, "the name cannot be asked");
        q->done(q->arg, &failed);
        return;
    }
    fast_ask(q->resolver->zones, name, (ldns_rr_type)q->type, &a);
    if (a.security == LAB_BOGUS || a.security == LAB_ERROR) {
        failed = dsmtp_answer_failed(&query, security_of(a.security), NULL);
        q->done(q->arg, &failed);
    } else if (a.set != NULL && ldns_rr_list_rr_count(a.set->rrs) > DSMTP_RECORDS_MAX) {
        failed = dsmtp_answer_failed(&query, DSMTP_SECURITY_ERROR, "too many records");
        q->done(q->arg, &failed);
    } else {
        tell(q, &query, &a);
    }
    fast_answer_free(&a);
    ldns_rdf_deep_free(name);
}

static void on_soon(evutil_socket_t fd, short what, void *arg)
{
    struct question *q = arg;

    (void)fd, (void)what;
    LIST_REMOVE(q, link);
    if (q->done != NULL)
        give(q);
    free_question(q);
}

/* At once: an engine that dies later must not take it along. */
static void note(const struct resolver *r, const struct dsmtp_query *query)
{
    char *line = lab_format("%s. %s\n", query->name, dsmtp_rrtype_name(query->type));
    struct lab_fault fault;

    if (fast_write(r->asked, line, strlen(line), &fault) != 0)
        (void)fprintf(stderr, "danelab: the question %s is lost: %s\n", query->name, fault.what);
    free(line);
}

static enum dsmtp_status resolver_ask(void *self, const struct dsmtp_query *query,
                                      dsmtp_answer_fn *done, void *arg)
{
    struct resolver *r = self;
    const size_t size = strlen(query->name) + 1;
    struct question *q = lab_calloc(1, sizeof(*q) + size);

    q->resolver = r;
    q->done = done;
    q->arg = arg;
    q->type = query->type;
    memcpy(q->name, query->name, size);
    q->soon = event_new(r->loop->base, -1, 0, on_soon, q);
    if (q->soon == NULL) {
        free(q);
        return DSMTP_NOMEM;
    }
    note(r, query);
    LIST_INSERT_HEAD(&r->questions, q, link);
    event_active(q->soon, EV_TIMEOUT, 0);
    return DSMTP_OK;
}

static void resolver_forget(void *self, const void *arg)
{
    struct resolver *r = self;
    struct question *q;

    LIST_FOREACH(q, &r->questions, link)
    if (q->arg == arg)
        q->done = NULL;
}

static void resolver_close(void *self)
{
    struct resolver *r = self;
    struct question *q;

    while ((q = LIST_FIRST(&r->questions)) != NULL) {
        LIST_REMOVE(q, link);
        free_question(q);
    }
    free(r);
}

void fast_resolver_open(struct dsmtp_loop *loop, const struct fast_zones *zones, int asked,
                        struct dsmtp_resolver *out)
{
    struct resolver *r = lab_calloc(1, sizeof(*r));

    r->loop = loop;
    r->zones = zones;
    r->asked = asked;
    LIST_INIT(&r->questions);
    *out = (struct dsmtp_resolver){
        .self = r, .ask = resolver_ask, .forget = resolver_forget, .close = resolver_close};
}
