/* advice_session.c - what connections and certificates say. */
#include <string.h>

#include "core/advice_internal.h"

/* clang-format off */
#define IN(value)    (UINT64_C(1) << (unsigned)(value))
#define ANY          (~UINT64_C(0))
#define WHY(name)    IN(DSMTP_REASON_##name)
#define FAULT(name)  (1u << (unsigned)DSMTP_CHAIN_FAULT_##name)
#define REFUSAL(name) (1u << (unsigned)DSMTP_REFUSAL_##name)
#define OF(name)     DSMTP_ADVICE_##name
/* the server owes TLS because of its TLSA records */
#define OWES         2u
#define EITHER       3u

/* How an attempt ended, with everything that is set; the first row that applies. What fails without TLSA records is no
 * more than a server that does not work. */
static const struct { uint64_t reasons; unsigned faults, refusals, owes; enum dsmtp_advice_kind kind; } of_end[] = {
    {WHY(CONNECT_FAILED),                      ~0u,                          ~0u,                  EITHER, OF(UNREACHABLE)},
    {WHY(NO_STARTTLS) | WHY(STARTTLS_REFUSED), ~0u,                          ~0u,                  OWES,   OF(NO_STARTTLS)},
    {WHY(TLS_HANDSHAKE),                       ~0u,                          REFUSAL(VERSION),     OWES,   OF(TLS_OLD)},
    {WHY(TLS_HANDSHAKE),                       ~0u,                          REFUSAL(SERVER_NAME), OWES,   OF(SNI_REFUSED)},
    {WHY(TLS_HANDSHAKE),                       ~0u,                          ~0u,                  OWES,   OF(HANDSHAKE_FAILS)},
    {WHY(TLSA_MISMATCH),                       FAULT(ANCHOR_MISSING),        ~0u,                  OWES,   OF(TA_NOT_SENT)},
    {WHY(TLSA_MISMATCH),                       FAULT(ISSUER),                ~0u,                  OWES,   OF(TA_CHAIN)},
    {WHY(TLSA_MISMATCH),                       ~0u,                          ~0u,                  OWES,   OF(NO_MATCH)},
    {WHY(NAME_MISMATCH),                       ~0u,                          ~0u,                  OWES,   OF(TA_NAME)},
    {WHY(CHAIN_INVALID),                       FAULT(EXPIRED) | FAULT(NOT_YET_VALID), ~0u,         OWES,   OF(TA_DATES)},
    {WHY(CHAIN_INVALID),                       FAULT(WEAK),                  ~0u,                  OWES,   OF(TA_WEAK)},
    {WHY(CHAIN_INVALID),                       ~0u,                          ~0u,                  OWES,   OF(TA_CHAIN)},
    {WHY(CONNECTION_LOST) | WHY(TIMEOUT) | WHY(PROTOCOL_ERROR) | WHY(GREETING_REFUSED) | WHY(EHLO_REFUSED) | WHY(STARTTLS_INJECTION) |
     WHY(TLS_HANDSHAKE),                       ~0u,                          ~0u,                  EITHER, OF(SESSION_FAILS)},
};
/* clang-format on */

static bool owes_tls(const struct dsmtp_host_plan *h)
{
    return dsmtp_level_is_dane(h->level) || h->reason == DSMTP_REASON_TLSA_UNUSABLE;
}

/* Has the server shown certificates, and were they looked at? */
static bool examined(const struct dsmtp_attempt *t)
{
    return t->exam != NULL && t->exam->seen;
}

/* What ended it; under audit what would have. */
static enum dsmtp_reason why(const struct dsmtp_attempt *t)
{
    return t->level == DSMTP_LEVEL_AUDIT && t->tls.reason != DSMTP_REASON_NONE ? t->tls.reason
                                                                               : t->reason;
}

static const char *words(const struct dsmtp_attempt *t)
{
    if (t->tls.detail[0] != '\0')
        return t->tls.detail;
    return t->detail != NULL ? t->detail : t->reply;
}

static void ended(struct dsmtp_adviser *a, const struct dsmtp_host_plan *h,
                  const struct dsmtp_attempt *t)
{
    unsigned fault = 1u << (unsigned)t->tls.fault;
    unsigned refusal = 1u << (unsigned)(t->exam != NULL ? t->exam->refusal : DSMTP_REFUSAL_NONE);
    unsigned owes = owes_tls(h) ? OWES : 1u;

    for (size_t i = 0; i < sizeof(of_end) / sizeof(of_end[0]); i++) {
        if ((of_end[i].reasons & IN(why(t))) == 0 || (of_end[i].faults & fault) == 0 ||
            (of_end[i].refusals & refusal) == 0 || (of_end[i].owes & owes) == 0)
            continue;
        dsmtp_advice_say(a, of_end[i].kind, t->host, t->address, words(t));
        return;
    }
}

/* Only whoever lets such versions in sees them at work. */
static void version(struct dsmtp_adviser *a, const struct dsmtp_host_plan *h,
                    const struct dsmtp_attempt *t)
{
    if (t->tls.up && owes_tls(h) &&
        (strcmp(t->tls.version, "TLSv1") == 0 || strcmp(t->tls.version, "TLSv1.1") == 0))
        dsmtp_advice_add(a, DSMTP_ADVICE_TLS_OLD, t->host, t->address, "%s", t->tls.version);
}

/* What a second connection showed: that the first one went well, or without STARTTLS. */
static void again(struct dsmtp_adviser *a, const struct dsmtp_attempt *t)
{
    bool offered = t->reason != DSMTP_REASON_NO_STARTTLS;

    if (t->again == NULL)
        return;
    if (offered && t->again->reason == DSMTP_REASON_TLS_HANDSHAKE)
        dsmtp_advice_add(a, DSMTP_ADVICE_SNI_DEMANDED, t->host, t->address, "%s",
                         t->again->tls.detail);
    if (offered ? t->again->reason == DSMTP_REASON_NO_STARTTLS : t->again->tls.up)
        dsmtp_advice_add(a, DSMTP_ADVICE_STARTTLS_SOMETIMES, t->host, t->address, NULL);
}

/* What the attempts at one host have shown of its records, summed up. */
struct host_view {
    const struct dsmtp_host_plan *host;
    const struct dsmtp_outcome *outcome;
    bool authenticated; /* somewhere */
};

typedef bool record_test(const struct dsmtp_record_exam *e);

static bool holds(const struct dsmtp_record_exam *e)
{
    return e->judged && e->holds;
}

static bool is_leaf(const struct dsmtp_record_exam *e)
{
    return e->judged && !e->holds && e->depth == 0;
}

static bool is_issuer(const struct dsmtp_record_exam *e)
{
    return e->judged && !e->holds && e->depth > 0;
}

static bool is_unsent(const struct dsmtp_record_exam *e)
{
    return holds(e) && e->depth < 0;
}

static bool needs_wide_wildcard(const struct dsmtp_record_exam *e)
{
    return e->judged && e->holds_multi_label;
}

static bool judged(const struct dsmtp_record_exam *e)
{
    return e->judged;
}

static bool of_host(const struct host_view *v, const struct dsmtp_attempt *t)
{
    return t->host == v->host->name;
}

/* Does that record pass the test at any address? */
static bool anywhere(const struct host_view *v, unsigned record, record_test *test)
{
    for (unsigned i = 0; i < v->outcome->attempt_count; i++) {
        const struct dsmtp_attempt *t = &v->outcome->attempts[i];

        if (of_host(v, t) && examined(t) && test(&t->exam->records[record]))
            return true;
    }
    return false;
}

/* Does any record like this one hold anywhere? */
static bool kind_holds(const struct host_view *v, unsigned record)
{
    for (unsigned i = 0; i < v->host->tlsa_count; i++)
        if (dsmtp_advice_same_kind(&v->host->tlsa[i], &v->host->tlsa[record]) &&
            anywhere(v, i, holds))
            return true;
    return false;
}

/* A record that stands in the wrong place, or nowhere. */
static void misplaced(struct dsmtp_adviser *a, const struct host_view *v, unsigned record)
{
    const struct dsmtp_tlsa *r = &v->host->tlsa[record];
    char label[DSMTP_ADVICE_LABEL_SIZE];
    const char *kind = dsmtp_advice_label(r, label);

    if (r->effective_usage == DSMTP_DANE_TA && anywhere(v, record, is_leaf) &&
        !anywhere(v, record, holds))
        dsmtp_advice_add(a, DSMTP_ADVICE_ANCHOR_IS_LEAF, v->host->name, NULL, "%s", kind);
    if (r->effective_usage == DSMTP_DANE_TA && anywhere(v, record, is_unsent))
        dsmtp_advice_add(a, DSMTP_ADVICE_TA_IN_DNS, v->host->name, NULL, "%s", kind);
    if (r->effective_usage == DSMTP_DANE_EE && anywhere(v, record, is_issuer))
        dsmtp_advice_add(a, DSMTP_ADVICE_LEAF_IS_ANCHOR, v->host->name, NULL, "%s", kind);
    if (anywhere(v, record, needs_wide_wildcard))
        dsmtp_advice_add(a, DSMTP_ADVICE_WILDCARD, v->host->name, NULL, "%s", kind);
}

static bool is_unmatched(const struct host_view *v, unsigned record)
{
    return v->authenticated && anywhere(v, record, judged) && !anywhere(v, record, holds) &&
           kind_holds(v, record);
}

/* Of each kind the first one, and how many there are. */
static void unmatched(struct dsmtp_adviser *a, const struct host_view *v, unsigned record)
{
    const struct dsmtp_tlsa *r = &v->host->tlsa[record];
    char label[DSMTP_ADVICE_LABEL_SIZE];
    unsigned count = 0;

    if (!is_unmatched(v, record))
        return;
    for (unsigned i = 0; i < v->host->tlsa_count; i++) {
        if (!dsmtp_advice_same_kind(&v->host->tlsa[i], r) || !is_unmatched(v, i))
            continue;
        if (i < record)
            return;
        count++;
    }
    if (r->len >= 4)
        dsmtp_advice_add(a, DSMTP_ADVICE_UNMATCHED, v->host->name, NULL,
                         "%s %02x%02x%02x%02x..., %u of them", dsmtp_advice_label(r, label),
                         r->data[0], r->data[1], r->data[2], r->data[3], count);
}

/* Of the records of one kind, at one address: is there one that was judged, and one that holds? */
static bool combination(const struct dsmtp_host_plan *h, const struct dsmtp_exam *exam,
                        unsigned first, enum dsmtp_chain_fault *fault)
{
    for (unsigned i = first; i < h->tlsa_count; i++) {
        if (!dsmtp_advice_same_kind(&h->tlsa[i], &h->tlsa[first]))
            continue;
        if (holds(&exam->records[i]))
            return true;
        if (exam->records[i].judged)
            *fault = exam->records[i].fault;
    }
    return *fault == DSMTP_CHAIN_FAULT_NONE;
}

static bool leads(const struct dsmtp_host_plan *h, unsigned record)
{
    for (unsigned i = 0; i < record; i++)
        if (dsmtp_advice_same_kind(&h->tlsa[i], &h->tlsa[record]))
            return false;
    return true;
}

/* RFC 7671, section 8: whoever supports some of the combinations only, or ranks them, must find
 * what holds in each. */
static void combinations(struct dsmtp_adviser *a, const struct dsmtp_host_plan *h,
                         const struct dsmtp_attempt *t)
{
    char label[DSMTP_ADVICE_LABEL_SIZE];

    if (!t->tls.authenticated || !examined(t))
        return;
    for (unsigned i = 0; i < h->tlsa_count; i++) {
        enum dsmtp_chain_fault fault = DSMTP_CHAIN_FAULT_NONE;

        if (leads(h, i) && !combination(h, t->exam, i, &fault))
            dsmtp_advice_add(a, DSMTP_ADVICE_COMBINATION, t->host, t->address, "%s: %s",
                             dsmtp_advice_label(&h->tlsa[i], label), dsmtp_chain_fault_name(fault));
    }
}

/* Usage 3 with the certificate and without the key. */
static void pinned(struct dsmtp_adviser *a, const struct host_view *v)
{
    bool by[2] = {false, false}; /* certificate, key */

    for (unsigned i = 0; i < v->host->tlsa_count; i++) {
        const struct dsmtp_tlsa *r = &v->host->tlsa[i];

        if (r->effective_usage == DSMTP_DANE_EE && r->selector <= 1 && anywhere(v, i, holds))
            by[r->selector] = true;
    }
    if (by[0] && !by[1])
        dsmtp_advice_add(a, DSMTP_ADVICE_CERT_PINNED, v->host->name, NULL, NULL);
}

static void different_keys(struct dsmtp_adviser *a, const struct host_view *v)
{
    const struct dsmtp_attempt *first = NULL;

    for (unsigned i = 0; i < v->outcome->attempt_count; i++) {
        const struct dsmtp_attempt *t = &v->outcome->attempts[i];

        if (!of_host(v, t) || !examined(t))
            continue;
        if (first == NULL) {
            first = t;
        } else if (memcmp(first->exam->key, t->exam->key, DSMTP_EXAM_KEY_SIZE) != 0) {
            dsmtp_advice_add(a, DSMTP_ADVICE_ADDRESSES_DIFFER, v->host->name, NULL, "%s and %s",
                             first->address, t->address);
            return;
        }
    }
}

static void host(struct dsmtp_adviser *a, const struct dsmtp_host_plan *h)
{
    struct host_view v = {.host = h, .outcome = a->outcome};

    for (unsigned i = 0; i < a->outcome->attempt_count; i++) {
        const struct dsmtp_attempt *t = &a->outcome->attempts[i];

        if (!of_host(&v, t))
            continue;
        ended(a, h, t);
        version(a, h, t);
        again(a, t);
        combinations(a, h, t);
        v.authenticated = v.authenticated || t->tls.authenticated;
    }
    for (unsigned i = 0; i < h->tlsa_count; i++)
        misplaced(a, &v, i);
    for (unsigned i = 0; i < h->tlsa_count; i++)
        unmatched(a, &v, i);
    pinned(a, &v);
    different_keys(a, &v);
}

void dsmtp_advise_sessions(struct dsmtp_adviser *a)
{
    for (unsigned i = 0; i < a->outcome->plan->host_count; i++)
        host(a, &a->outcome->plan->hosts[i]);
}
