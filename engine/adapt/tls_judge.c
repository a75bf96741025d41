/* tls_judge.c - from what OpenSSL says to evidence. */
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

#include "adapt/tls_internal.h"
#include "adapt/tls_openssl.h"

/* clang-format off */
#define MATCH    DSMTP_REASON_TLSA_MISMATCH
#define NAME     DSMTP_REASON_NAME_MISMATCH
#define INVALID  DSMTP_REASON_CHAIN_INVALID
#define F(name)  DSMTP_CHAIN_FAULT_##name

/* What has no row is INVALID, OTHER. That no issuer is found is, against TLSA, a question of the records: there
 * are no trusted certificates to look among. */
static const struct {
    long code;
    enum dsmtp_reason reason;
    enum dsmtp_chain_fault fault;
} verdicts[] = {
    {X509_V_ERR_DANE_NO_MATCH,                       MATCH,   F(NO_MATCH)},
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,         MATCH,   F(NO_MATCH)},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,           MATCH,   F(NO_MATCH)},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,   MATCH,   F(NO_MATCH)},
    {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,     MATCH,   F(NO_MATCH)},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,           MATCH,   F(ISSUER)},
    {X509_V_ERR_HOSTNAME_MISMATCH,                   NAME,    F(NAME)},
    {X509_V_ERR_CERT_HAS_EXPIRED,                    INVALID, F(EXPIRED)},
    {X509_V_ERR_CERT_NOT_YET_VALID,                  INVALID, F(NOT_YET_VALID)},
    {X509_V_ERR_INVALID_PURPOSE,                     INVALID, F(PURPOSE)},
    {X509_V_ERR_CERT_REJECTED,                       INVALID, F(PURPOSE)},
    {X509_V_ERR_CERT_UNTRUSTED,                      INVALID, F(PURPOSE)},
    {X509_V_ERR_INVALID_CA,                          INVALID, F(NOT_CA)},
    {X509_V_ERR_INVALID_NON_CA,                      INVALID, F(NOT_CA)},
    {X509_V_ERR_KEYUSAGE_NO_CERTSIGN,                INVALID, F(NOT_CA)},
    {X509_V_ERR_PATH_LENGTH_EXCEEDED,                INVALID, F(PATH_LENGTH)},
    {X509_V_ERR_CERT_CHAIN_TOO_LONG,                 INVALID, F(PATH_LENGTH)},
    {X509_V_ERR_PERMITTED_VIOLATION,                 INVALID, F(NAME_CONSTRAINT)},
    {X509_V_ERR_EXCLUDED_VIOLATION,                  INVALID, F(NAME_CONSTRAINT)},
    {X509_V_ERR_SUBTREE_MINMAX,                      INVALID, F(NAME_CONSTRAINT)},
    {X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE,         INVALID, F(NAME_CONSTRAINT)},
    {X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX,       INVALID, F(NAME_CONSTRAINT)},
    {X509_V_ERR_UNSUPPORTED_NAME_SYNTAX,             INVALID, F(NAME_CONSTRAINT)},
    {X509_V_ERR_CERT_SIGNATURE_FAILURE,              INVALID, F(SIGNATURE)},
    {X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE,    INVALID, F(SIGNATURE)},
    {X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY,  INVALID, F(SIGNATURE)},
    {X509_V_ERR_EE_KEY_TOO_SMALL,                    INVALID, F(WEAK)},
    {X509_V_ERR_CA_KEY_TOO_SMALL,                    INVALID, F(WEAK)},
    {X509_V_ERR_CA_MD_TOO_WEAK,                      INVALID, F(WEAK)},
    {X509_V_ERR_OUT_OF_MEM,                          DSMTP_REASON_INTERNAL, F(OTHER)},
};
/* clang-format on */

void dsmtp_tls_words(char *out, size_t room)
{
    unsigned long code = ERR_get_error();
    const char *reason = ERR_reason_error_string(code);

    if (code == 0)
        snprintf(out, room, "no further detail");
    else if (reason != NULL)
        snprintf(out, room, "%s", reason);
    else
        ERR_error_string_n(code, out, room);
    ERR_clear_error();
}

enum dsmtp_status dsmtp_tls_fault(struct dsmtp_fault *fault, const char *what)
{
    char words[200];

    dsmtp_tls_words(words, sizeof(words));
    return dsmtp_fault_set(fault, DSMTP_SYSTEM, "OpenSSL: %s: %s", what, words);
}

/* A verdict of the table that the kind of the demand gives another name. */
static void adapt_verdict(const struct dsmtp_tls_demand *demand, struct dsmtp_tls_evidence *out)
{
    bool unmatched = out->reason == DSMTP_REASON_TLSA_MISMATCH;

    if (unmatched && dsmtp_tls_kind(demand) == DSMTP_AGAINST_AUTHORITIES) {
        out->reason = DSMTP_REASON_CHAIN_UNTRUSTED;
        out->fault = F(ISSUER);
    } else if (unmatched && dsmtp_tls_kind(demand) == DSMTP_AGAINST_FINGERPRINTS) {
        out->reason = DSMTP_REASON_FINGERPRINT_MISMATCH;
        out->fault = F(FINGERPRINT);
    } else if (unmatched && out->fault == F(NO_MATCH) &&
               dsmtp_tlsa_any_anchor(demand->records, demand->record_count)) {
        out->fault = F(ANCHOR_MISSING);
    }
}

static void refuse(long code, const struct dsmtp_tls_demand *demand, struct dsmtp_tls_evidence *out)
{
    out->reason = INVALID;
    out->fault = F(OTHER);
    for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
        if (verdicts[i].code == code) {
            out->reason = verdicts[i].reason;
            out->fault = verdicts[i].fault;
        }
    }
    adapt_verdict(demand, out);
    if (out->fault == F(FINGERPRINT))
        snprintf(out->detail, sizeof(out->detail), "neither certificate nor key is a listed one");
    else
        snprintf(out->detail, sizeof(out->detail), "%s", X509_verify_cert_error_string(code));
}

/* Which of the published records was it that OpenSSL knows under its effective usage? */
static void name_match(SSL *ssl, const struct dsmtp_tls_demand *demand,
                       struct dsmtp_tls_evidence *out)
{
    uint8_t usage, selector, matching;
    const unsigned char *data;
    size_t len;

    out->depth = SSL_get0_dane_tlsa(ssl, &usage, &selector, &matching, &data, &len);
    if (out->depth < 0)
        return;
    for (unsigned i = 0; i < demand->record_count && !out->matched; i++) {
        const struct dsmtp_tlsa *r = &demand->records[i];

        if (r->why != DSMTP_UNUSABLE_NO || r->effective_usage != usage || r->selector != selector ||
            r->matching != matching || r->len != len || memcmp(r->data, data, len) != 0)
            continue;
        out->matched = true;
        out->usage = r->usage;
        out->selector = selector;
        out->matching = matching;
    }
}

/* The verification went well: does the record that matched say so too? */
static void judge_match(SSL *ssl, const struct dsmtp_tls_demand *demand,
                        struct dsmtp_tls_evidence *out)
{
    if (dsmtp_tls_kind(demand) == DSMTP_AGAINST_TLSA) {
        name_match(ssl, demand, out);
        out->authenticated = out->matched;
    } else {
        out->authenticated = true;
    }
    if (!out->authenticated) {
        out->depth = 0;
        refuse(X509_V_ERR_DANE_NO_MATCH, demand, out);
    }
}

void dsmtp_tls_judge_verify(SSL *ssl, const struct dsmtp_tls_demand *demand,
                            struct dsmtp_tls_evidence *out)
{
    long result = SSL_get_verify_result(ssl);
    const char *name = SSL_get0_peername(ssl);

    if (dsmtp_tls_kind(demand) == DSMTP_AGAINST_NOTHING)
        return;
    if (result != X509_V_OK) {
        refuse(result, demand, out);
        return;
    }
    judge_match(ssl, demand, out);
    if (out->authenticated && name != NULL)
        snprintf(out->name, sizeof(out->name), "%s", name);
}

void dsmtp_tls_judge(SSL *ssl, const struct dsmtp_tls_demand *demand, bool up,
                     struct dsmtp_tls_evidence *out)
{
    bool refused =
        dsmtp_tls_kind(demand) != DSMTP_AGAINST_NOTHING && SSL_get_verify_result(ssl) != X509_V_OK;

    *out = (struct dsmtp_tls_evidence){.reason = DSMTP_REASON_NONE, .up = up};
    if (up) {
        snprintf(out->version, sizeof(out->version), "%s", SSL_get_version(ssl));
        snprintf(out->cipher, sizeof(out->cipher), "%s", SSL_get_cipher_name(ssl));
    }
    if (up || refused) {
        dsmtp_tls_judge_verify(ssl, demand, out);
    } else {
        out->reason = DSMTP_REASON_TLS_HANDSHAKE;
        if (demand->exam != NULL)
            demand->exam->refusal = dsmtp_tls_refusal(ERR_peek_error());
        dsmtp_tls_words(out->detail, sizeof(out->detail));
    }
    ERR_clear_error();
}
