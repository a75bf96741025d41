/* tlsrpt.c - adds up what tlsrpt_map.h says of outcomes, for tlsrpt.h. */
#include "report/tlsrpt.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "model/record.h"
#include "report/tlsrpt_internal.h"
#include "report/tlsrpt_map.h"

/* As much of a library's or a server's words as a reason holds. */
#define WORDS_MAX 200

/* --- keys ----------------------------------------------------------------------------------------
 */

const char *dsmtp_tlsrpt_part(const struct dsmtp_tlsrpt_key *key, unsigned number)
{
    const char *at = key->text;

    for (; number > 0 && at < key->text + key->len; number--)
        at += strlen(at) + 1;
    return at < key->text + key->len ? at : NULL;
}

static int compare(const void *a, const void *b)
{
    const struct dsmtp_tlsrpt_key *x = a, *y = b;
    size_t both = x->len < y->len ? x->len : y->len;
    int order = memcmp(x->text, y->text, both);

    return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

/* The entry with this key, made of zeros if there is none; takes the key. NULL: out of memory. Both
 * kinds of entries begin with their key. */
static void *entry(void **tree, struct dsmtp_tlsrpt_key key, size_t size)
{
    struct dsmtp_tlsrpt_key *made = calloc(1, size);
    void *const *found = NULL;

    if (made != NULL) {
        *made = key;
        found = tsearch(made, tree, compare);
    }
    if (found != NULL && *found == made)
        return made;
    free(made);
    free(key.text);
    return found != NULL ? *found : NULL;
}

/* A key that is written like a file. */
static FILE *open_key(struct dsmtp_tlsrpt_key *key)
{
    *key = (struct dsmtp_tlsrpt_key){NULL, 0};
    return open_memstream(&key->text, &key->len);
}

static void put(FILE *to, const char *s)
{
    (void)fputs(s != NULL ? s : "", to);
    (void)fputc('\0', to);
}

/* false: out of memory, and nothing is left of it. */
static bool close_key(FILE *to, struct dsmtp_tlsrpt_key *key)
{
    bool failed = ferror(to) != 0;

    failed = fclose(to) != 0 || failed;
    if (!failed)
        return true;
    free(key->text);
    key->text = NULL;
    return false;
}

/* --- policies ------------------------------------------------------------------------------------
 */

static void put_octets(FILE *to, const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++)
        (void)fprintf(to, "%02x", data[i]);
}

/* Presentation form (R-8460-4.5-1). What has not even its fields has only the form of RFC 3597. */
static char *record_text(const struct dsmtp_tlsa *t)
{
    struct dsmtp_tlsrpt_key text;
    FILE *to = open_key(&text);

    if (to == NULL)
        return NULL;
    if (t->why == DSMTP_UNUSABLE_SHORT) {
        (void)fprintf(to, "\\# %zu%s", t->len, t->len > 0 ? " " : "");
        put_octets(to, t->data, t->len);
    } else {
        (void)fprintf(to, "%u %u %u ", t->usage, t->selector, t->matching);
        put_octets(to, t->data, t->len);
    }
    return close_key(to, &text) ? text.text : NULL;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The set as it was found, sorted: DNS gives no order. */
static bool put_records(FILE *to, const struct dsmtp_host_plan *host)
{
    char **texts = calloc(host->tlsa_count + 1, sizeof(*texts));
    bool ok = texts != NULL;

    for (unsigned i = 0; ok && i < host->tlsa_count; i++) {
        texts[i] = record_text(&host->tlsa[i]);
        ok = texts[i] != NULL;
    }
    if (ok)
        qsort(texts, host->tlsa_count, sizeof(*texts), compare_texts);
    for (unsigned i = 0; ok && i < host->tlsa_count; i++)
        put(to, texts[i]);
    for (unsigned i = 0; texts != NULL && i < host->tlsa_count; i++)
        free(texts[i]);
    free(texts);
    return ok;
}

/* What is reported on. */
struct subject {
    const struct dsmtp_plan *plan;
    const struct dsmtp_host_plan *host;  /* NULL: none */
    const struct dsmtp_attempt *attempt; /* NULL: nothing was contacted */
};

static bool has_records(const struct dsmtp_host_plan *h)
{
    return h != NULL && h->tlsa_asked && h->tlsa_security == DSMTP_SECURITY_SECURE &&
           h->tlsa_count > 0;
}

static bool write_policy(FILE *to, const struct subject *s, enum dsmtp_tlsrpt_policy kind)
{
    const struct dsmtp_host_plan *h = s->host;

    if (kind == DSMTP_TLSRPT_BY_RECORDS && !has_records(h))
        kind = DSMTP_TLSRPT_NEXT_HOP;
    if (kind == DSMTP_TLSRPT_NEXT_HOP || h == NULL) {
        put(to, s->plan->nexthop);
        put(to, "no-policy-found");
        return true;
    }
    put(to, kind == DSMTP_TLSRPT_NAME || h->tlsa_base == NULL ? h->name : h->tlsa_base);
    put(to, "tlsa");
    return kind != DSMTP_TLSRPT_BY_RECORDS || put_records(to, h);
}

static struct dsmtp_tlsrpt_policy_sum *policy_sum(struct dsmtp_tlsrpt *t, const struct subject *s,
                                                  enum dsmtp_tlsrpt_policy kind)
{
    struct dsmtp_tlsrpt_key key;
    FILE *to = open_key(&key);
    bool ok;

    if (to == NULL)
        return NULL;
    ok = write_policy(to, s, kind);
    if (!close_key(to, &key))
        return NULL;
    if (ok)
        return entry(&t->policies, key, sizeof(struct dsmtp_tlsrpt_policy_sum));
    free(key.text);
    return NULL;
}

/* --- failures ------------------------------------------------------------------------------------
 */

/* The words of the library or the server about what happened, or NULL. */
static const char *words_of(const struct subject *s, enum dsmtp_tlsrpt_adds adds)
{
    const struct dsmtp_attempt *a = s->attempt;

    if (adds == DSMTP_TLSRPT_ADDS_REPLY)
        return a != NULL ? a->reply : NULL;
    if (adds != DSMTP_TLSRPT_ADDS_DETAIL)
        return NULL;
    if (a != NULL)
        return a->detail;
    return s->host != NULL ? s->host->detail : s->plan->detail;
}

static void write_code(FILE *to, const struct dsmtp_tlsrpt_row *row, const struct subject *s)
{
    const char *words = words_of(s, row->adds);
    unsigned names =
        row->adds == DSMTP_TLSRPT_ADDS_NAMES && s->host != NULL ? s->host->name_count : 0;

    (void)fputs(row->code, to);
    if (words != NULL && words[0] != '\0')
        (void)fprintf(to, ": %.*s", WORDS_MAX, words);
    for (unsigned i = 0; i < names; i++)
        (void)fprintf(to, "%s %s", i == 0 ? "" : ",", s->host->names[i]);
    (void)fputc('\0', to);
}

static bool add_failure(struct dsmtp_tlsrpt *t, struct dsmtp_tlsrpt_policy_sum *sum,
                        const struct dsmtp_tlsrpt_row *row, const struct subject *s)
{
    const char *address = s->attempt != NULL ? s->attempt->address : NULL;
    struct dsmtp_tlsrpt_failure_sum *failure;
    struct dsmtp_tlsrpt_key key;
    char sender[46] = "";
    FILE *to = open_key(&key);

    if (to == NULL)
        return false;
    if (address != NULL && t->source != NULL && !t->source(address, sender))
        sender[0] = '\0';
    put(to, dsmtp_tlsrpt_result_name(row->result));
    put(to, s->host != NULL ? s->host->name : NULL);
    put(to, address);
    put(to, sender);
    write_code(to, row, s);
    if (!close_key(to, &key))
        return false;
    failure = entry(&sum->details, key, sizeof(*failure));
    if (failure == NULL)
        return false;
    failure->count++;
    sum->failures++;
    return true;
}

/* --- facts ---------------------------------------------------------------------------------------
 */

static void add(struct dsmtp_tlsrpt *t, const struct dsmtp_tlsrpt_facts *facts,
                const struct subject *s)
{
    const struct dsmtp_tlsrpt_row *row = dsmtp_tlsrpt_find(facts);
    struct dsmtp_tlsrpt_policy_sum *sum;
    bool ok;

    if (row == NULL || row->count == DSMTP_TLSRPT_NOTHING)
        return;
    sum = policy_sum(t, s, row->policy);
    ok = sum != NULL && (row->count == DSMTP_TLSRPT_SUCCESS || add_failure(t, sum, row, s));
    if (ok && row->count == DSMTP_TLSRPT_SUCCESS)
        sum->successes++;
    t->incomplete = t->incomplete || !ok;
}

static enum dsmtp_tlsrpt_records records_of(const struct dsmtp_host_plan *h)
{
    if (!h->tlsa_asked)
        return DSMTP_TLSRPT_UNASKED;
    if (!has_records(h))
        return DSMTP_TLSRPT_ABSENT;
    return dsmtp_tlsa_any_usable(h->tlsa, h->tlsa_count) ? DSMTP_TLSRPT_USABLE
                                                         : DSMTP_TLSRPT_UNUSABLE;
}

static void add_destination(struct dsmtp_tlsrpt *t, const struct dsmtp_plan *plan)
{
    const struct subject s = {plan, NULL, NULL};
    const struct dsmtp_tlsrpt_facts facts = {
        .stage = DSMTP_TLSRPT_DESTINATION, .reason = plan->reason, .level = DSMTP_LEVEL_SKIP};

    add(t, &facts, &s);
}

static void add_host(struct dsmtp_tlsrpt *t, const struct dsmtp_plan *plan,
                     const struct dsmtp_host_plan *host)
{
    const struct subject s = {plan, host, NULL};
    const struct dsmtp_tlsrpt_facts facts = {
        .stage = DSMTP_TLSRPT_HOST,
        .reason = host->reason,
        .level = host->level,
        .records = records_of(host),
        .transient = host->detail != NULL && strcmp(host->detail, DSMTP_WHY_TIMEOUT) == 0,
    };

    add(t, &facts, &s);
}

static bool authenticates(enum dsmtp_level level)
{
    return level == DSMTP_LEVEL_DANE || level == DSMTP_LEVEL_FINGERPRINT ||
           level == DSMTP_LEVEL_VERIFY || level == DSMTP_LEVEL_SECURE;
}

static void add_session(struct dsmtp_tlsrpt *t, const struct dsmtp_plan *plan,
                        const struct dsmtp_host_plan *host, const struct dsmtp_attempt *a)
{
    const struct subject s = {plan, host, a};
    /* At level audit (D24) the session goes on, and ends for some other reason. */
    bool refused = a->tls.up && a->tls.reason != DSMTP_REASON_NONE;
    const struct dsmtp_tlsrpt_facts facts = {
        .stage = DSMTP_TLSRPT_SESSION,
        .reason = refused ? a->tls.reason : a->reason,
        .level = a->level,
        .records = records_of(host),
        .fault = a->tls.fault,
        .up = a->tls.up && !refused && (a->tls.authenticated || !authenticates(a->level)),
        .transient = a->reply != NULL && a->reply[0] == '4',
    };

    add(t, &facts, &s);
}

/* The host of an attempt: their names are the same string. */
static unsigned host_of(const struct dsmtp_plan *plan, const struct dsmtp_attempt *a)
{
    unsigned i = 0;

    while (i < plan->host_count && plan->hosts[i].name != a->host)
        i++;
    return i;
}

/* The session before failed in TLS, and this one repeats it without: no new evidence about TLS. */
static bool repeats(const struct dsmtp_outcome *o, unsigned i)
{
    return i > 0 && !o->attempts[i].tls.up && o->attempts[i].level == DSMTP_LEVEL_MAY &&
           o->attempts[i - 1].host == o->attempts[i].host &&
           o->attempts[i - 1].address == o->attempts[i].address;
}

/* How many hosts were looked at: a delivery stops when nobody is left to deliver to. */
static unsigned reached(const struct dsmtp_outcome *o)
{
    if (o->attempt_count == 0 || o->recipient_count == 0)
        return o->plan->host_count;
    for (unsigned i = 0; i < o->recipient_count; i++)
        if (!o->recipients[i].settled)
            return o->plan->host_count;
    return host_of(o->plan, &o->attempts[o->attempt_count - 1]) + 1;
}

void dsmtp_tlsrpt_add(struct dsmtp_tlsrpt *t, const struct dsmtp_outcome *o)
{
    const struct dsmtp_plan *plan = o->plan;
    unsigned hosts = reached(o);

    if (plan->host_count == 0)
        add_destination(t, plan);
    for (unsigned i = 0; i < hosts && i < plan->host_count; i++)
        if (plan->hosts[i].level == DSMTP_LEVEL_SKIP)
            add_host(t, plan, &plan->hosts[i]);
    for (unsigned i = 0; i < o->attempt_count; i++) {
        unsigned host = host_of(plan, &o->attempts[i]);

        if (host < plan->host_count && !repeats(o, i))
            add_session(t, plan, &plan->hosts[host], &o->attempts[i]);
    }
}

/* --- beginning and end ---------------------------------------------------------------------------
 */

struct dsmtp_tlsrpt *dsmtp_tlsrpt_open(dsmtp_tlsrpt_source *source)
{
    struct dsmtp_tlsrpt *t = calloc(1, sizeof(*t));

    if (t != NULL)
        t->source = source;
    return t;
}

static void free_failure(void *failure)
{
    free(((struct dsmtp_tlsrpt_failure_sum *)failure)->key.text);
    free(failure);
}

static void free_policy(void *policy)
{
    struct dsmtp_tlsrpt_policy_sum *p = policy;

    tdestroy(p->details, free_failure);
    free(p->key.text);
    free(p);
}

void dsmtp_tlsrpt_close(struct dsmtp_tlsrpt **report)
{
    if (*report == NULL)
        return;
    tdestroy((*report)->policies, free_policy);
    free(*report);
    *report = NULL;
}
