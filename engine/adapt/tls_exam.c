/* tls_exam.c - the examination of exam.h: every record on its own, by the code that judges a
 * session. */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>

#include "adapt/tls_internal.h"
#include "adapt/tls_openssl.h"

/* The demand with this record only, and nothing that would go on without it. */
static struct dsmtp_tls_demand demand_alone(const struct dsmtp_tls_demand *demand,
                                            const struct dsmtp_tlsa *record, bool multi_label)
{
    struct dsmtp_tls_demand alone = *demand;

    alone.authenticate = DSMTP_AGAINST_TLSA;
    alone.audit = false;
    alone.exam = NULL;
    alone.records = record;
    alone.record_count = 1;
    alone.multi_label_wildcards = multi_label;
    return alone;
}

/* What is examined. */
struct subject {
    struct dsmtp_tls *tls;
    STACK_OF(X509) * chain;
    int64_t time; /* negative: now */
};

/* The time at which the session itself judges. */
static int64_t time_of(X509_STORE_CTX *ctx)
{
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);

    return (X509_VERIFY_PARAM_get_flags(param) & X509_V_FLAG_USE_CHECK_TIME) != 0
               ? (int64_t)X509_VERIFY_PARAM_get_time(param)
               : -1;
}

/* False: it could not be found out. */
static bool judge(const struct subject *s, const struct dsmtp_tls_demand *demand,
                  const struct dsmtp_tlsa *record, bool multi_label, struct dsmtp_tls_evidence *out)
{
    struct dsmtp_tlsa usable = *record;
    struct dsmtp_tls_demand alone = demand_alone(demand, &usable, multi_label);
    struct dsmtp_fault fault;

    usable.why = DSMTP_UNUSABLE_NO;
    return dsmtp_tls_verify_chain(s->tls, s->chain, &alone, s->time, out, &fault) == DSMTP_OK &&
           out->reason != DSMTP_REASON_INTERNAL;
}

static void examine_record(const struct subject *s, const struct dsmtp_tls_demand *demand,
                           const struct dsmtp_tlsa *record, struct dsmtp_record_exam *out)
{
    struct dsmtp_tls_evidence evidence;

    *out = (struct dsmtp_record_exam){.depth = -1};
    for (int i = 0; i < sk_X509_num(s->chain) && out->depth < 0; i++)
        if (dsmtp_tls_record_is(record, sk_X509_value(s->chain, i)))
            out->depth = i;
    /* One that a stronger digest has put out of use would still have to hold. */
    if (!dsmtp_tlsa_is_sound(record) || !judge(s, demand, record, false, &evidence))
        return;
    out->judged = true;
    out->holds = evidence.authenticated;
    out->fault = evidence.fault;
    out->holds_multi_label = evidence.fault == DSMTP_CHAIN_FAULT_NAME &&
                             judge(s, demand, record, true, &evidence) && evidence.authenticated;
}

void dsmtp_tls_examine(struct dsmtp_tls *tls, X509_STORE_CTX *ctx,
                       const struct dsmtp_tls_demand *demand)
{
    STACK_OF(X509) *chain = X509_STORE_CTX_get0_untrusted(ctx);
    const struct subject subject = {tls, chain, time_of(ctx)};
    struct dsmtp_exam *exam = demand->exam;
    X509 *leaf = sk_X509_value(chain, 0);
    unsigned char *der = NULL;
    int len = leaf != NULL ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(leaf), &der) : -1;

    exam->seen = len > 0 && EVP_Digest(der, (size_t)len, exam->key, NULL, EVP_sha256(), NULL) > 0;
    OPENSSL_free(der);
    for (unsigned i = 0; exam->seen && i < demand->record_count; i++)
        examine_record(&subject, demand, &demand->records[i], &exam->records[i]);
    ERR_clear_error();
}

/* clang-format off */
/* What OpenSSL says when it ends a handshake, and the alerts that it is told. */
static const struct { int reason; enum dsmtp_refusal refusal; } refusals[] = {
    {SSL_R_UNSUPPORTED_PROTOCOL,            DSMTP_REFUSAL_VERSION},
    {SSL_R_WRONG_SSL_VERSION,               DSMTP_REFUSAL_VERSION},
    {SSL_R_TLSV1_ALERT_PROTOCOL_VERSION,    DSMTP_REFUSAL_VERSION},
    {SSL_R_TLSV1_UNRECOGNIZED_NAME,         DSMTP_REFUSAL_SERVER_NAME},
};
/* clang-format on */

enum dsmtp_refusal dsmtp_tls_refusal(unsigned long error)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
        if (ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) == refusals[i].reason)
            return refusals[i].refusal;
    return DSMTP_REFUSAL_NONE;
}
