/* tls_openssl.c - sessions and verdicts of tls_openssl.h. */
#include "adapt/tls_openssl.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapt/tls_internal.h"

enum { DANE_TA = 2 };

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

/* Which digest outclasses which (RFC 7671, section 9) has been decided before a record gets here:
 * for OpenSSL all are of one rank, or it would pass over records that a profile without digest
 * agility still uses. */
static bool level_digests(SSL_CTX *ctx)
{
    return SSL_CTX_dane_enable(ctx) > 0 && SSL_CTX_dane_mtype_set(ctx, EVP_sha256(), 1, 1) > 0 &&
           SSL_CTX_dane_mtype_set(ctx, EVP_sha512(), 2, 1) > 0;
}

static bool set_up(SSL_CTX *ctx, const struct dsmtp_tls_options *options)
{
    const struct dsmtp_tls_options defaults = {.min_version = 0, .security_level = -1};
    const struct dsmtp_tls_options *o = options != NULL ? options : &defaults;

    /* Each session is verified under the records of its day: none is resumed. */
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (o->security_level >= 0)
        SSL_CTX_set_security_level(ctx, o->security_level);
    return SSL_CTX_set_min_proto_version(ctx, o->min_version != 0 ? o->min_version
                                                                  : TLS1_2_VERSION) > 0 &&
           level_digests(ctx);
}

enum dsmtp_status dsmtp_tls_open(const struct dsmtp_tls_options *options, struct dsmtp_tls **out,
                                 struct dsmtp_fault *fault)
{
    struct dsmtp_tls *tls = calloc(1, sizeof(*tls));

    ERR_clear_error();
    if (tls == NULL)
        return dsmtp_fault_set(fault, DSMTP_NOMEM, "out of memory");
    tls->ctx = SSL_CTX_new(TLS_client_method());
    if (tls->ctx == NULL || !set_up(tls->ctx, options)) {
        enum dsmtp_status status = dsmtp_tls_fault(fault, "cannot set up TLS");

        dsmtp_tls_close(&tls);
        return status;
    }
    *out = tls;
    return DSMTP_OK;
}

void dsmtp_tls_close(struct dsmtp_tls **tls)
{
    if (*tls == NULL)
        return;
    SSL_CTX_free((*tls)->ctx);
    free(*tls);
    *tls = NULL;
}

/* To OpenSSL a leading dot means "any name below", and an empty name switches the check off:
 * neither is a host name. */
static bool is_reference(const char *name)
{
    return name[0] != '\0' && name[0] != '.';
}

/* X509_VERIFY_PARAM and not SSL_add1_host, which would take a name that looks like an address for
 * one. */
static enum dsmtp_status apply_names(SSL *ssl, const struct dsmtp_tls_demand *demand,
                                     unsigned *count, struct dsmtp_fault *fault)
{
    X509_VERIFY_PARAM *param = SSL_get0_param(ssl);

    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    *count = 0;
    for (unsigned i = 0; i < demand->name_count; i++) {
        if (!is_reference(demand->names[i]))
            continue;
        if (X509_VERIFY_PARAM_add1_host(param, demand->names[i], 0) <= 0)
            return dsmtp_tls_fault(fault, "cannot set the name to check");
        ++*count;
    }
    return DSMTP_OK;
}

/* The usable records under their effective usages. One that OpenSSL cannot use after all (0) is
 * left out: with none left the peer has nothing to match, and the handshake fails. */
static enum dsmtp_status apply_records(SSL *ssl, const struct dsmtp_tls_demand *demand,
                                       bool *anchors, struct dsmtp_fault *fault)
{
    *anchors = false;
    for (unsigned i = 0; i < demand->record_count; i++) {
        const struct dsmtp_tlsa *r = &demand->records[i];

        if (r->why != DSMTP_UNUSABLE_NO)
            continue;
        if (SSL_dane_tlsa_add(ssl, r->effective_usage, r->selector, r->matching, r->data, r->len) <
            0)
            return dsmtp_tls_fault(fault, "cannot add a TLSA record");
        *anchors = *anchors || r->effective_usage == DANE_TA;
    }
    ERR_clear_error();
    return DSMTP_OK;
}

static enum dsmtp_status demand_dane(SSL *ssl, const struct dsmtp_tls_demand *demand,
                                     struct dsmtp_fault *fault)
{
    unsigned names;
    bool anchors;

    /* OpenSSL verifies in either case; only with VERIFY_PEER the handshake hangs on the result. */
    SSL_set_verify(ssl, demand->authenticate ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, NULL);
    /* No base domain here: it would set the SNI too, and both are the demand's to say. */
    if (SSL_dane_enable(ssl, NULL) <= 0)
        return dsmtp_tls_fault(fault, "cannot enable DANE");
    (void)SSL_dane_set_flags(ssl, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
    DSMTP_TRY(apply_names(ssl, demand, &names, fault));
    DSMTP_TRY(apply_records(ssl, demand, &anchors, fault));
    if (anchors && names == 0)
        return dsmtp_fault_set(fault, DSMTP_MISUSE, "certificate usage 2 needs a name to check");
    return DSMTP_OK;
}

/* OpenSSL copies the name, but asks for one that it could write to. */
static enum dsmtp_status name_server(SSL *ssl, const char *sni, struct dsmtp_fault *fault)
{
    char name[TLSEXT_MAXLEN_host_name + 1];

    if (strlen(sni) >= sizeof(name))
        return dsmtp_fault_set(fault, DSMTP_TOOBIG, "the server name is too long for SNI");
    memcpy(name, sni, strlen(sni) + 1);
    if (SSL_set_tlsext_host_name(ssl, name) <= 0)
        return dsmtp_tls_fault(fault, "cannot set the server name");
    return DSMTP_OK;
}

enum dsmtp_status dsmtp_tls_session(struct dsmtp_tls *tls, const struct dsmtp_tls_demand *demand,
                                    struct ssl_st **out, struct dsmtp_fault *fault)
{
    SSL *ssl;
    enum dsmtp_status status = DSMTP_OK;

    ERR_clear_error();
    ssl = SSL_new(tls->ctx);
    if (ssl == NULL)
        return dsmtp_tls_fault(fault, "cannot begin a session");
    SSL_set_connect_state(ssl);
    if (demand->authenticate || demand->audit)
        status = demand_dane(ssl, demand, fault);
    else
        SSL_set_verify(ssl, SSL_VERIFY_NONE, NULL);
    if (status == DSMTP_OK && demand->sni != NULL)
        status = name_server(ssl, demand->sni, fault);
    if (status != DSMTP_OK) {
        SSL_free(ssl);
        return status;
    }
    *out = ssl;
    return DSMTP_OK;
}

static enum dsmtp_reason reason_of(long verify_result)
{
    switch (verify_result) {
    case X509_V_ERR_DANE_NO_MATCH:
    /* Without any record OpenSSL falls back to trusted certificates, of which there are none. */
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        return DSMTP_REASON_TLSA_MISMATCH;
    case X509_V_ERR_HOSTNAME_MISMATCH:
        return DSMTP_REASON_NAME_MISMATCH;
    default:
        return DSMTP_REASON_CHAIN_INVALID;
    }
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

/* The handshake (or the verification offline) went well: does the record that matched say so too?
 */
static void judge_match(SSL *ssl, const struct dsmtp_tls_demand *demand,
                        struct dsmtp_tls_evidence *out)
{
    name_match(ssl, demand, out);
    out->authenticated = out->matched;
    if (out->matched)
        return;
    out->depth = 0;
    out->reason = DSMTP_REASON_TLSA_MISMATCH;
    snprintf(out->detail, sizeof(out->detail), "no TLSA record matched");
}

void dsmtp_tls_judge_verify(SSL *ssl, const struct dsmtp_tls_demand *demand,
                            struct dsmtp_tls_evidence *out)
{
    long result = SSL_get_verify_result(ssl);

    if (!demand->authenticate && !demand->audit)
        return;
    if (result == X509_V_OK) {
        judge_match(ssl, demand, out);
        return;
    }
    out->reason = reason_of(result);
    snprintf(out->detail, sizeof(out->detail), "%s", X509_verify_cert_error_string(result));
}

void dsmtp_tls_judge(SSL *ssl, const struct dsmtp_tls_demand *demand, bool up,
                     struct dsmtp_tls_evidence *out)
{
    *out = (struct dsmtp_tls_evidence){.reason = DSMTP_REASON_NONE, .up = up};
    if (up) {
        snprintf(out->version, sizeof(out->version), "%s", SSL_get_version(ssl));
        snprintf(out->cipher, sizeof(out->cipher), "%s", SSL_get_cipher_name(ssl));
        dsmtp_tls_judge_verify(ssl, demand, out);
    } else if (demand->authenticate && SSL_get_verify_result(ssl) != X509_V_OK) {
        dsmtp_tls_judge_verify(ssl, demand, out);
    } else {
        out->reason = DSMTP_REASON_TLS_HANDSHAKE;
        dsmtp_tls_words(out->detail, sizeof(out->detail));
    }
    ERR_clear_error();
}
