/* report_text.c - outcomes for people. */
#include <string.h>
#include <time.h>

#include "report/clean.h"
#include "report/report.h"

/* Octets of association data that are shown before the rest is only counted: a SHA2-512 digest is
 * shown whole. */
#define DATA_SHOWN 64u

static void put_verdict(FILE *to, const char *word, const char *colour)
{
    if (colour != NULL)
        (void)fprintf(to, "\033[1;%sm%s\033[0m", colour, word);
    else
        (void)fputs(word, to);
}

static const char *verdict_colour(enum dsmtp_verdict verdict)
{
    switch (verdict) {
    case DSMTP_VERDICT_ATTEMPT:
    case DSMTP_VERDICT_DELIVERED:
        return "32";
    case DSMTP_VERDICT_DEFER:
    case DSMTP_VERDICT_DEFERRED:
        return "33";
    case DSMTP_VERDICT_BOUNCE:
    case DSMTP_VERDICT_BOUNCED:
    case DSMTP_VERDICT_COUNT:
        break;
    }
    return "31";
}

/* "the sentence: detail [rules]" */
static void put_reason(FILE *to, enum dsmtp_reason reason, const char *detail, const char *rules)
{
    (void)fputs(dsmtp_reason_text(reason), to);
    if (detail != NULL && detail[0] != '\0') {
        (void)fputs(": ", to);
        dsmtp_clean_put(to, detail);
    }
    if (rules != NULL && rules[0] != '\0')
        (void)fprintf(to, " [%s]", rules);
    (void)fputc('\n', to);
}

static void put_list(FILE *to, const char *const *list, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        (void)fputs(i == 0 ? "" : ", ", to);
        dsmtp_clean_put(to, list[i]);
    }
    (void)fputc('\n', to);
}

static void put_tlsa(FILE *to, const char *indent, const struct dsmtp_tlsa *t)
{
    size_t shown = t->len > DATA_SHOWN ? DATA_SHOWN / 2 : t->len;

    (void)fprintf(to, "%s%u %u %u ", indent, t->usage, t->selector, t->matching);
    for (size_t i = 0; i < shown; i++)
        (void)fprintf(to, "%02x", t->data[i]);
    if (shown < t->len)
        (void)fprintf(to, "... (%zu octets)", t->len);
    if (t->why != DSMTP_UNUSABLE_NO)
        (void)fprintf(to, "  unusable: %s\n", dsmtp_unusable_text(t->why));
    else if (t->effective_usage != t->usage)
        (void)fprintf(to, "  usable as usage %u\n", t->effective_usage);
    else
        (void)fputs("  usable\n", to);
}

static void put_mx(FILE *to, const struct dsmtp_plan *p)
{
    if (!p->mx_asked)
        (void)fputs("  MX: not looked up, the next hop is given as a host\n", to);
    else if (p->mx_null)
        (void)fprintf(to, "  MX: null MX, %s\n", dsmtp_security_name(p->mx_security));
    else if (p->mx_implicit)
        (void)fprintf(to, "  MX: none, %s; the domain itself stands in\n",
                      dsmtp_security_name(p->mx_security));
    else
        (void)fprintf(to, "  MX: %s, %s\n", dsmtp_presence_name(p->mx_answer),
                      dsmtp_security_name(p->mx_security));
}

static bool names_decide(enum dsmtp_level level)
{
    return level == DSMTP_LEVEL_VERIFY || level == DSMTP_LEVEL_SECURE;
}

static const char *tlsa_follows(const struct dsmtp_host_plan *h)
{
    bool answered =
        h->tlsa_security == DSMTP_SECURITY_SECURE || h->tlsa_security == DSMTP_SECURITY_INSECURE;

    return h->tlsa_count > 0 ? ":" : answered ? ": none" : ": no valid answer";
}

static void put_host(FILE *to, const struct dsmtp_plan *p, const struct dsmtp_host_plan *h)
{
    (void)fputs("  host ", to);
    dsmtp_clean_put(to, h->name);
    if (p->mx_asked && !p->mx_implicit)
        (void)fprintf(to, " (preference %u)", h->preference);
    (void)fprintf(to, ": %s\n    ", dsmtp_level_name(h->level));
    put_reason(to, h->reason, h->detail, h->rules);
    if (h->address_count > 0) {
        (void)fprintf(to, "    addresses (%s): ", dsmtp_security_name(h->address_security));
        put_list(to, h->addresses, h->address_count);
    }
    if (h->tlsa_asked) {
        (void)fputs("    TLSA of ", to);
        dsmtp_clean_put(to, h->tlsa_base != NULL ? h->tlsa_base : h->name);
        (void)fprintf(to, " (%s)%s\n", dsmtp_security_name(h->tlsa_security), tlsa_follows(h));
    }
    for (unsigned i = 0; i < h->tlsa_count; i++)
        put_tlsa(to, "      ", &h->tlsa[i]);
    if (dsmtp_tlsa_any_anchor(h->tlsa, h->tlsa_count) || names_decide(h->level)) {
        (void)fprintf(to, "    names accepted%s: ",
                      dsmtp_tlsa_any_anchor(h->tlsa, h->tlsa_count) ? " under usage 2" : "");
        put_list(to, h->names, h->name_count);
    }
    if (h->sni != NULL && (dsmtp_level_is_dane(h->level) || names_decide(h->level))) {
        (void)fputs("    SNI: ", to);
        dsmtp_clean_put(to, h->sni);
        (void)fputc('\n', to);
    }
}

static void put_tls(FILE *to, const struct dsmtp_tls_evidence *e)
{
    (void)fprintf(to, "    %s %s", e->version, e->cipher);
    if (e->matched)
        (void)fprintf(to, ", matched %u %u %u at depth %d", e->usage, e->selector, e->matching,
                      e->depth);
    if (e->name[0] != '\0') {
        (void)fputs(", name ", to);
        dsmtp_clean_put(to, e->name);
    }
    (void)fputc('\n', to);
}

/* A host that only an insecure MX answer names is authenticated as itself, and mail to it is no
 * secure delivery to the domain (R-7672-2.2.1-2, R-7672-2.2.1-11). */
static bool host_alone(const struct dsmtp_plan *p, const struct dsmtp_attempt *a)
{
    return a->result == DSMTP_RESULT_AUTHENTICATED && dsmtp_level_is_dane(a->level) &&
           p->mx_asked && !p->mx_implicit && p->mx_security != DSMTP_SECURITY_SECURE;
}

static void put_attempt(FILE *to, const struct dsmtp_plan *p, const struct dsmtp_attempt *a)
{
    (void)fputs("  attempt ", to);
    dsmtp_clean_put(to, a->host);
    (void)fprintf(to, " [%s] at level %s: %s%s\n    ", a->address, dsmtp_level_name(a->level),
                  dsmtp_result_name(a->result),
                  host_alone(p, a) ? ", but only as this host: the MX answer is not secure" : "");
    put_reason(to, a->reason,
               a->detail != NULL || a->tls.detail[0] == '\0' ? a->detail : a->tls.detail, a->rules);
    if (a->tls.up)
        put_tls(to, &a->tls);
    if (a->reply != NULL) {
        (void)fputs("    server: ", to);
        dsmtp_clean_put(to, a->reply);
        (void)fputc('\n', to);
    }
}

static void put_recipient(FILE *to, const struct dsmtp_recipient *r)
{
    (void)fputs("  recipient ", to);
    dsmtp_clean_put(to, r->address);
    (void)fprintf(to, ": %s", dsmtp_verdict_name(r->verdict));
    if (r->status[0] != '\0')
        (void)fprintf(to, " %s", r->status);
    if (r->host != NULL) {
        (void)fputs(", ", to);
        dsmtp_clean_put(to, r->host);
    }
    (void)fputs(r->host != NULL ? ": " : ", ", to);
    dsmtp_clean_put(to, r->reply != NULL ? r->reply : dsmtp_reason_text(r->reason));
    (void)fputc('\n', to);
}

/* What and where, with the rules; what follows; what helps. */
static void put_advice(FILE *to, const struct dsmtp_advice *a)
{
    const struct dsmtp_advice_row *row = dsmtp_advice_row(a->kind);

    (void)fprintf(to, "  %s %s", dsmtp_severity_name(row->severity), row->word);
    if (a->host != NULL) {
        (void)fputs(", ", to);
        dsmtp_clean_put(to, a->host);
    }
    if (a->address != NULL)
        (void)fprintf(to, " [%s]", a->address);
    (void)fprintf(to, ": %s", row->what);
    if (a->detail != NULL) {
        (void)fputs(": ", to);
        dsmtp_clean_put(to, a->detail);
    }
    (void)fprintf(to, " [%s]\n    consequence: %s\n    remedy: %s\n", row->rules, row->consequence,
                  row->remedy);
}

static void put_findings(FILE *to, const struct dsmtp_outcome *o)
{
    if (o->advised && o->advice_count == 0)
        (void)fputs("  findings: none\n", to);
    for (unsigned i = 0; i < o->advice_count; i++)
        put_advice(to, &o->advice[i]);
}

/* " from FILE:LINE, KEY" */
static void put_entry(FILE *to, const struct dsmtp_local_entry *e)
{
    if (e == NULL)
        return;
    (void)fputs(" from ", to);
    dsmtp_clean_put(to, e->file);
    (void)fprintf(to, ":%u, %s", e->line, e->key);
}

void dsmtp_report_text(FILE *to, const struct dsmtp_outcome *outcome, bool colour)
{
    const struct dsmtp_plan *p = outcome->plan;

    dsmtp_clean_put(to, p->target);
    (void)fputs(": ", to);
    put_verdict(to, dsmtp_verdict_name(outcome->verdict),
                colour ? verdict_colour(outcome->verdict) : NULL);
    (void)fprintf(to, " (policy %s", dsmtp_policy_name(p->policy));
    put_entry(to, p->entry);
    (void)fprintf(to, ", profile %s)\n  ", p->profile);
    put_reason(to, outcome->reason, outcome->detail, outcome->rules);
    put_mx(to, p);
    for (unsigned i = 0; i < p->host_count; i++)
        put_host(to, p, &p->hosts[i]);
    for (unsigned i = 0; i < outcome->attempt_count; i++)
        put_attempt(to, p, &outcome->attempts[i]);
    for (unsigned i = 0; i < outcome->recipient_count; i++)
        put_recipient(to, &outcome->recipients[i]);
    put_findings(to, outcome);
}

static void put_time(FILE *to, int64_t when)
{
    time_t seconds = (time_t)when;
    struct tm utc;
    char text[64];

    if (when >= 0 && gmtime_r(&seconds, &utc) != NULL &&
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc) > 0)
        (void)fprintf(to, "  at %s\n", text);
}

void dsmtp_report_verification_text(FILE *to, const struct dsmtp_verification *v, bool colour)
{
    const struct dsmtp_tls_evidence *e = &v->evidence;

    put_verdict(to, e->authenticated ? "authenticated" : "not authenticated",
                !colour            ? NULL
                : e->authenticated ? "32"
                                   : "31");
    (void)fprintf(to, " against %s (profile %s)\n", dsmtp_against_name(v->against), v->profile);
    if (e->name[0] != '\0') {
        (void)fputs("  name ", to);
        dsmtp_clean_put(to, e->name);
        (void)fputc('\n', to);
    }
    if (e->matched)
        (void)fprintf(to, "  matched %u %u %u at depth %d\n", e->usage, e->selector, e->matching,
                      e->depth);
    if (!e->authenticated) {
        (void)fputs("  ", to);
        put_reason(to, e->reason, e->detail, NULL);
    }
    for (unsigned i = 0; i < v->tlsa_count; i++)
        put_tlsa(to, "  ", &v->tlsa[i]);
    if (v->name_count > 0) {
        (void)fputs("  names: ", to);
        put_list(to, v->names, v->name_count);
    }
    put_time(to, v->time);
}
