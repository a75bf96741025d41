/* tlsrpt_json.c - writes the report of tlsrpt.h, one policy at a time. */
#include <search.h>
#include <stdlib.h>
#include <time.h>

#include "report/json.h"
#include "report/tlsrpt.h"
#include "report/tlsrpt_internal.h"

/* What the walks share. */
struct writing {
    FILE *to;
    json_t *list; /* of failures */
    bool begun;   /* a policy was written */
    bool failed;  /* out of memory */
};

/* "2026-01-15T12:00:00Z" */
static json_t *date(int64_t seconds)
{
    const time_t t = (time_t)seconds;
    struct tm utc;
    char text[40] = "";

    if (gmtime_r(&t, &utc) != NULL)
        (void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
    return json_string(text);
}

/* Members that are not known are left out. */
static bool put_known(json_t *o, const char *name, const char *value)
{
    return value == NULL || value[0] == '\0' || dsmtp_json_put(o, name, dsmtp_json_text(value));
}

static bool put_count(json_t *o, const char *name, unsigned long count)
{
    return dsmtp_json_put(o, name, json_integer((json_int_t)count));
}

static void take_failure(const void *node, VISIT visit, void *arg)
{
    const struct dsmtp_tlsrpt_failure_sum *f =
        *(const struct dsmtp_tlsrpt_failure_sum *const *)node;
    struct writing *w = arg;
    json_t *o;

    if (visit != postorder && visit != leaf)
        return;
    o = json_object();
    if (!put_known(o, "result-type", dsmtp_tlsrpt_part(&f->key, DSMTP_TLSRPT_FAILURE_TYPE)) ||
        !put_known(o, "sending-mta-ip", dsmtp_tlsrpt_part(&f->key, DSMTP_TLSRPT_FAILURE_SENDER)) ||
        !put_known(o, "receiving-mx-hostname",
                   dsmtp_tlsrpt_part(&f->key, DSMTP_TLSRPT_FAILURE_HOST)) ||
        !put_known(o, "receiving-ip", dsmtp_tlsrpt_part(&f->key, DSMTP_TLSRPT_FAILURE_ADDRESS)) ||
        !put_count(o, "failed-session-count", f->count) ||
        !put_known(o, "failure-reason-code", dsmtp_tlsrpt_part(&f->key, DSMTP_TLSRPT_FAILURE_CODE)))
        w->failed = true;
    if (json_array_append_new(w->list, o) != 0)
        w->failed = true;
}

/* The records of a policy: an array, also when there is none (R-8460-4-1). */
static json_t *strings(const struct dsmtp_tlsrpt_key *key)
{
    json_t *list = json_array();
    const char *text;

    for (unsigned i = DSMTP_TLSRPT_POLICY_STRINGS; (text = dsmtp_tlsrpt_part(key, i)) != NULL; i++)
        if (json_array_append_new(list, json_string(text)) != 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static json_t *policy(const struct dsmtp_tlsrpt_policy_sum *p)
{
    const char *type = dsmtp_tlsrpt_part(&p->key, DSMTP_TLSRPT_POLICY_TYPE);
    json_t *o = json_object();
    bool ok = put_known(o, "policy-type", type) &&
              (type[0] != 't' || dsmtp_json_put(o, "policy-string", strings(&p->key))) &&
              put_known(o, "policy-domain", dsmtp_tlsrpt_part(&p->key, DSMTP_TLSRPT_POLICY_DOMAIN));

    if (ok)
        return o;
    json_decref(o);
    return NULL;
}

static json_t *summary(const struct dsmtp_tlsrpt_policy_sum *p)
{
    json_t *o = json_object();

    if (put_count(o, "total-successful-session-count", p->successes) &&
        put_count(o, "total-failure-session-count", p->failures))
        return o;
    json_decref(o);
    return NULL;
}

static void write_policy(const void *node, VISIT visit, void *arg)
{
    const struct dsmtp_tlsrpt_policy_sum *p = *(const struct dsmtp_tlsrpt_policy_sum *const *)node;
    struct writing *w = arg;
    char *text = NULL;
    json_t *o;

    if ((visit != postorder && visit != leaf) || w->failed)
        return;
    o = json_object();
    w->list = json_array();
    twalk_r(p->details, take_failure, w);
    if (!w->failed && dsmtp_json_put(o, "policy", policy(p)) &&
        dsmtp_json_put(o, "summary", summary(p)) &&
        dsmtp_json_put(o, "failure-details", json_incref(w->list)))
        text = dsmtp_json_print(o, 0);
    json_decref(w->list);
    json_decref(o);
    w->failed = text == NULL;
    if (text != NULL)
        (void)fprintf(w->to, "%s\n  %s", w->begun ? "," : "", text);
    w->begun = true;
    free(text);
}

static json_t *range(const struct dsmtp_tlsrpt_head *head)
{
    json_t *o = json_object();

    if (dsmtp_json_put(o, "start-datetime", date(head->start)) &&
        dsmtp_json_put(o, "end-datetime", date(head->end)))
        return o;
    json_decref(o);
    return NULL;
}

/* The members before "policies", without the braces. */
static enum dsmtp_status write_head(FILE *to, const struct dsmtp_tlsrpt_head *head)
{
    json_t *o = json_object();
    char *text = NULL;

    if (dsmtp_json_put(o, "organization-name", dsmtp_json_text(head->organization)) &&
        dsmtp_json_put(o, "date-range", range(head)) &&
        dsmtp_json_put(o, "contact-info", dsmtp_json_text(head->contact)) &&
        dsmtp_json_put(o, "report-id", dsmtp_json_text(head->id)))
        text = dsmtp_json_print(o, JSON_EMBED);
    json_decref(o);
    if (text == NULL)
        return DSMTP_NOMEM;
    (void)fprintf(to, "{%s,\"policies\":[", text);
    free(text);
    return DSMTP_OK;
}

enum dsmtp_status dsmtp_tlsrpt_write(FILE *to, const struct dsmtp_tlsrpt *t,
                                     const struct dsmtp_tlsrpt_head *head)
{
    struct writing w = {.to = to};

    if (t->incomplete)
        return DSMTP_NOMEM;
    DSMTP_TRY(write_head(to, head));
    twalk_r(t->policies, write_policy, &w);
    (void)fputs(w.begun ? "\n]}\n" : "]}\n", to);
    return w.failed ? DSMTP_NOMEM : DSMTP_OK;
}
