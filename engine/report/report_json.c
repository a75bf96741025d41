/* report_json.c - outcomes as JSON; field names and their order are a contract
 * (danesmtp.schema.json). */
#include "report/json.h"
#include "report/report.h"

typedef json_t *element_fn(const void *item);

/* An array with one element for each item of an array of structs. */
static json_t *each(const void *items, unsigned count, size_t size, element_fn *element)
{
    json_t *out = json_array();
    bool ok = out != NULL;

    for (unsigned i = 0; ok && i < count; i++)
        ok = json_array_append_new(out, element((const char *)items + i * size)) == 0;
    if (ok)
        return out;
    json_decref(out);
    return NULL;
}

/* The object, or NULL when something could not be added. */
static json_t *whole(json_t *object, bool complete)
{
    if (complete)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *tlsa(const void *item)
{
    const struct dsmtp_tlsa *t = item;
    json_t *o = json_object();
    bool usable = t->why == DSMTP_UNUSABLE_NO;
    bool ok =
        dsmtp_json_put(o, "usage", json_integer(t->usage)) &&
        dsmtp_json_put(o, "selector", json_integer(t->selector)) &&
        dsmtp_json_put(o, "matching", json_integer(t->matching)) &&
        dsmtp_json_put(o, "data", dsmtp_json_hex(t->data, t->len)) &&
        dsmtp_json_put(o, "effective_usage", json_integer(t->effective_usage)) &&
        dsmtp_json_put(o, "usable", json_boolean(usable)) &&
        dsmtp_json_put(o, "why", dsmtp_json_text(usable ? NULL : dsmtp_unusable_text(t->why)));

    return whole(o, ok);
}

static bool put_reason(json_t *o, enum dsmtp_reason reason, const char *rules, const char *detail)
{
    return dsmtp_json_put(o, "reason", json_string(dsmtp_reason_name(reason))) &&
           dsmtp_json_put(o, "rules", dsmtp_json_words(rules != NULL ? rules : "")) &&
           dsmtp_json_put(o, "detail", dsmtp_json_text(detail));
}

static json_t *host(const void *item)
{
    const struct dsmtp_host_plan *h = item;
    json_t *o = json_object();
    bool ok = dsmtp_json_put(o, "name", dsmtp_json_text(h->name)) &&
              dsmtp_json_put(o, "preference", json_integer(h->preference)) &&
              dsmtp_json_put(o, "level", json_string(dsmtp_level_name(h->level))) &&
              put_reason(o, h->reason, h->rules, h->detail) &&
              dsmtp_json_put(o, "address_security",
                             json_string(dsmtp_security_name(h->address_security))) &&
              dsmtp_json_put(o, "addresses", dsmtp_json_list(h->addresses, h->address_count)) &&
              dsmtp_json_put(o, "tlsa_base", dsmtp_json_text(h->tlsa_base)) &&
              dsmtp_json_put(
                  o, "tlsa_security",
                  dsmtp_json_text(h->tlsa_asked ? dsmtp_security_name(h->tlsa_security) : NULL)) &&
              dsmtp_json_put(o, "tlsa", each(h->tlsa, h->tlsa_count, sizeof(*h->tlsa), tlsa)) &&
              dsmtp_json_put(o, "names", dsmtp_json_list(h->names, h->name_count)) &&
              dsmtp_json_put(o, "sni", dsmtp_json_text(h->sni));

    return whole(o, ok);
}

static json_t *matched(const struct dsmtp_tls_evidence *e)
{
    json_t *o;

    if (!e->matched)
        return json_null();
    o = json_object();
    return whole(o, dsmtp_json_put(o, "usage", json_integer(e->usage)) &&
                        dsmtp_json_put(o, "selector", json_integer(e->selector)) &&
                        dsmtp_json_put(o, "matching", json_integer(e->matching)) &&
                        dsmtp_json_put(o, "depth", json_integer(e->depth)));
}

static json_t *name(const struct dsmtp_tls_evidence *e)
{
    return dsmtp_json_text(e->name[0] != '\0' ? e->name : NULL);
}

static json_t *fault(const struct dsmtp_tls_evidence *e)
{
    return dsmtp_json_text(e->fault != DSMTP_CHAIN_FAULT_NONE ? dsmtp_chain_fault_name(e->fault)
                                                              : NULL);
}

/* What TLS has shown; null when it never came to a handshake. */
static json_t *tls(const struct dsmtp_tls_evidence *e)
{
    json_t *o;

    if (!e->up && e->reason == DSMTP_REASON_NONE)
        return json_null();
    o = json_object();
    return whole(o, dsmtp_json_put(o, "version", dsmtp_json_text(e->version)) &&
                        dsmtp_json_put(o, "cipher", dsmtp_json_text(e->cipher)) &&
                        dsmtp_json_put(o, "matched", matched(e)) &&
                        dsmtp_json_put(o, "name", name(e)) &&
                        dsmtp_json_put(o, "fault", fault(e)) &&
                        dsmtp_json_put(o, "detail",
                                       dsmtp_json_text(e->detail[0] != '\0' ? e->detail : NULL)));
}

static json_t *status(const char *code)
{
    return dsmtp_json_text(code[0] != '\0' ? code : NULL);
}

static json_t *attempt(const void *item)
{
    const struct dsmtp_attempt *a = item;
    json_t *o = json_object();
    bool ok = dsmtp_json_put(o, "host", dsmtp_json_text(a->host)) &&
              dsmtp_json_put(o, "address", dsmtp_json_text(a->address)) &&
              dsmtp_json_put(o, "level", json_string(dsmtp_level_name(a->level))) &&
              dsmtp_json_put(o, "result", json_string(dsmtp_result_name(a->result))) &&
              put_reason(o, a->reason, a->rules, a->detail) &&
              dsmtp_json_put(o, "tls", tls(&a->tls)) &&
              dsmtp_json_put(o, "reply", dsmtp_json_text(a->reply)) &&
              dsmtp_json_put(o, "status", status(a->status));

    return whole(o, ok);
}

static json_t *recipient(const void *item)
{
    const struct dsmtp_recipient *r = item;
    json_t *o = json_object();

    return whole(o, dsmtp_json_put(o, "address", dsmtp_json_text(r->address)) &&
                        dsmtp_json_put(o, "verdict", json_string(dsmtp_verdict_name(r->verdict))) &&
                        dsmtp_json_put(o, "status", status(r->status)) &&
                        dsmtp_json_put(o, "reason", json_string(dsmtp_reason_name(r->reason))) &&
                        dsmtp_json_put(o, "host", dsmtp_json_text(r->host)) &&
                        dsmtp_json_put(o, "reply", dsmtp_json_text(r->reply)));
}

static json_t *advice(const void *item)
{
    const struct dsmtp_advice *a = item;
    const struct dsmtp_advice_row *row = dsmtp_advice_row(a->kind);
    json_t *o = json_object();

    return whole(
        o, dsmtp_json_put(o, "finding", json_string(row->word)) &&
               dsmtp_json_put(o, "severity", json_string(dsmtp_severity_name(row->severity))) &&
               dsmtp_json_put(o, "host", dsmtp_json_text(a->host)) &&
               dsmtp_json_put(o, "address", dsmtp_json_text(a->address)) &&
               dsmtp_json_put(o, "rules", dsmtp_json_words(row->rules)) &&
               dsmtp_json_put(o, "what", json_string(row->what)) &&
               dsmtp_json_put(o, "detail", dsmtp_json_text(a->detail)) &&
               dsmtp_json_put(o, "consequence", json_string(row->consequence)) &&
               dsmtp_json_put(o, "remedy", json_string(row->remedy)));
}

static json_t *findings(const struct dsmtp_outcome *o)
{
    return o->advised ? each(o->advice, o->advice_count, sizeof(*o->advice), advice) : json_null();
}

static json_t *mx(const struct dsmtp_plan *p)
{
    json_t *o;

    if (!p->mx_asked)
        return json_null();
    o = json_object();
    return whole(o,
                 dsmtp_json_put(o, "security", json_string(dsmtp_security_name(p->mx_security))) &&
                     dsmtp_json_put(o, "answer", json_string(dsmtp_presence_name(p->mx_answer))) &&
                     dsmtp_json_put(o, "implicit", json_boolean(p->mx_implicit)) &&
                     dsmtp_json_put(o, "null", json_boolean(p->mx_null)));
}

/* Which entry of the policy table decided; null: none. */
static json_t *entry(const struct dsmtp_local_entry *e)
{
    json_t *o;

    if (e == NULL)
        return json_null();
    o = json_object();
    return whole(o, dsmtp_json_put(o, "file", dsmtp_json_text(e->file)) &&
                        dsmtp_json_put(o, "line", json_integer(e->line)) &&
                        dsmtp_json_put(o, "key", dsmtp_json_text(e->key)));
}

static bool put_source(json_t *o, const struct dsmtp_report_source *source)
{
    return source == NULL || (dsmtp_json_put(o, "line", json_integer((json_int_t)source->line)) &&
                              dsmtp_json_put(o, "command", json_string(source->command)));
}

enum dsmtp_status dsmtp_report_json(FILE *to, const struct dsmtp_outcome *outcome,
                                    const struct dsmtp_report_source *source)
{
    const struct dsmtp_plan *p = outcome->plan;
    json_t *o = json_object();
    bool ok = dsmtp_json_put(o, "target", dsmtp_json_text(p->target)) && put_source(o, source) &&
              dsmtp_json_put(o, "profile", dsmtp_json_text(p->profile)) &&
              dsmtp_json_put(o, "policy", json_string(dsmtp_policy_name(p->policy))) &&
              dsmtp_json_put(o, "policy_entry", entry(p->entry)) &&
              dsmtp_json_put(o, "verdict", json_string(dsmtp_verdict_name(outcome->verdict))) &&
              put_reason(o, outcome->reason, outcome->rules, outcome->detail) &&
              dsmtp_json_put(o, "mx", mx(p)) &&
              dsmtp_json_put(o, "hosts", each(p->hosts, p->host_count, sizeof(*p->hosts), host)) &&
              dsmtp_json_put(o, "attempts",
                             each(outcome->attempts, outcome->attempt_count,
                                  sizeof(*outcome->attempts), attempt)) &&
              dsmtp_json_put(o, "recipients",
                             each(outcome->recipients, outcome->recipient_count,
                                  sizeof(*outcome->recipients), recipient)) &&
              dsmtp_json_put(o, "findings", findings(outcome)) &&
              dsmtp_json_put(o, "rounds", json_integer(p->rounds));

    return dsmtp_json_write(to, o, ok);
}

enum dsmtp_status dsmtp_report_error_json(FILE *to, const char *target, const char *error,
                                          const struct dsmtp_report_source *source)
{
    json_t *o = json_object();
    bool ok = dsmtp_json_put(o, "target", dsmtp_json_text(target)) && put_source(o, source) &&
              dsmtp_json_put(o, "error", dsmtp_json_text(error));

    return dsmtp_json_write(to, o, ok);
}

enum dsmtp_status dsmtp_report_verification_json(FILE *to, const struct dsmtp_verification *v)
{
    const struct dsmtp_tls_evidence *e = &v->evidence;
    json_t *o = json_object();
    bool ok =
        dsmtp_json_put(o, "profile", dsmtp_json_text(v->profile)) &&
        dsmtp_json_put(o, "result",
                       json_string(dsmtp_result_name(e->authenticated ? DSMTP_RESULT_AUTHENTICATED
                                                                      : DSMTP_RESULT_FAIL))) &&
        dsmtp_json_put(o, "against", json_string(dsmtp_against_name(v->against))) &&
        dsmtp_json_put(o, "reason", json_string(dsmtp_reason_name(e->reason))) &&
        dsmtp_json_put(o, "detail", dsmtp_json_text(e->detail[0] != '\0' ? e->detail : NULL)) &&
        dsmtp_json_put(o, "time", v->time < 0 ? json_null() : json_integer(v->time)) &&
        dsmtp_json_put(o, "names", dsmtp_json_list(v->names, v->name_count)) &&
        dsmtp_json_put(o, "tlsa", each(v->tlsa, v->tlsa_count, sizeof(*v->tlsa), tlsa)) &&
        dsmtp_json_put(o, "matched", matched(e)) && dsmtp_json_put(o, "name", name(e)) &&
        dsmtp_json_put(o, "fault", fault(e));

    return dsmtp_json_write(to, o, ok);
}
