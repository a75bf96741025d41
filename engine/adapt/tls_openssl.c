/* tls_openssl.c - set-up and sessions of tls_openssl.h. */
#include "adapt/tls_openssl.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "adapt/tls_internal.h"

/* OpenSSL's security levels. 80: what OpenSSL takes for the least that protects; distributions
 * raise it, which would refuse keys that a TLSA record vouches for. A peer that nobody
 * authenticates may be as weak as it likes: the alternative is no encryption. */
enum { LEVEL_ANY = 0, LEVEL_80_BITS = 1 };

/* Postfix's grades, without what authenticates or encrypts nothing. */
static const char *const grade_ciphers[] = {
    [DSMTP_CIPHERS_MEDIUM] = "HIGH:MEDIUM:!aNULL:!eNULL",
    [DSMTP_CIPHERS_HIGH] = "HIGH:!aNULL:!eNULL",
};

int dsmtp_tls_version_of(const char *word)
{
    static const struct {
        const char *word;
        int version;
    } rows[] = {{"1.0", TLS1_VERSION},
                {"1.1", TLS1_1_VERSION},
                {"1.2", TLS1_2_VERSION},
                {"1.3", TLS1_3_VERSION}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(rows[i].word, word) == 0)
            return rows[i].version;
    return 0;
}

/* Which digest outclasses which (RFC 7671, section 9) has been decided before a record gets here:
 * for OpenSSL all are of one rank, or it would pass over records that a profile without digest
 * agility still uses. */
static bool level_digests(SSL_CTX *ctx)
{
    return SSL_CTX_dane_enable(ctx) > 0 && SSL_CTX_dane_mtype_set(ctx, EVP_sha256(), 1, 1) > 0 &&
           SSL_CTX_dane_mtype_set(ctx, EVP_sha512(), 2, 1) > 0;
}

/* The demand behind a session's handshake: a copy, which goes when the session goes. */
static int demand_index = -1;
static CRYPTO_ONCE demand_once = CRYPTO_ONCE_STATIC_INIT;

static void free_demand(void *parent, void *demand, CRYPTO_EX_DATA *data, int index, long argl,
                        void *argp)
{
    (void)parent;
    (void)data;
    (void)index;
    (void)argl;
    (void)argp;
    free(demand);
}

static void make_index(void)
{
    demand_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, free_demand);
}

static struct dsmtp_tls_demand *demand_of(const SSL *ssl)
{
    return CRYPTO_THREAD_run_once(&demand_once, make_index) > 0 && demand_index >= 0
               ? SSL_get_ex_data(ssl, demand_index)
               : NULL;
}

const struct dsmtp_tls_demand *dsmtp_tls_demand(const SSL *ssl)
{
    return demand_of(ssl);
}

static bool remember_demand(SSL *ssl, const struct dsmtp_tls_demand *demand)
{
    struct dsmtp_tls_demand *copy = demand_of(ssl);

    if (copy == NULL) {
        copy = malloc(sizeof(*copy));
        if (copy == NULL || demand_index < 0 || SSL_set_ex_data(ssl, demand_index, copy) <= 0) {
            free(copy);
            return false;
        }
    }
    *copy = *demand;
    return true;
}

static int on_chain(X509_STORE_CTX *ctx, void *arg)
{
    const SSL *ssl = X509_STORE_CTX_get_ex_data(ctx, SSL_get_ex_data_X509_STORE_CTX_idx());
    const struct dsmtp_tls_demand *demand = ssl != NULL ? demand_of(ssl) : NULL;

    if (demand != NULL && demand->exam != NULL)
        dsmtp_tls_examine(arg, ctx, demand);
    return demand != NULL && dsmtp_tls_check_chain(ctx, demand) ? 1 : 0;
}

bool dsmtp_tls_set_up(struct dsmtp_tls *tls)
{
    SSL_CTX *ctx = tls->ctx;

    /* Each session is verified under the records of its day: none is resumed. */
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_cert_verify_callback(ctx, on_chain, tls);
    return level_digests(ctx);
}

static bool set_up(struct dsmtp_tls *tls)
{
    SSL_CTX_set_mode(tls->ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                   SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return SSL_CTX_set_min_proto_version(tls->ctx, tls->floor) > 0 &&
           SSL_CTX_set_max_proto_version(tls->ctx, 0) > 0 && dsmtp_tls_set_up(tls);
}

/* A list of which nothing is left, or that is none, is the user's error. */
static enum dsmtp_status take_ciphers(struct dsmtp_tls *tls, const char *ciphers,
                                      struct dsmtp_fault *fault)
{
    tls->ciphers = ciphers;
    if (ciphers == NULL || SSL_CTX_set_cipher_list(tls->ctx, ciphers) > 0)
        return DSMTP_OK;
    ERR_clear_error();
    return dsmtp_fault_set(fault, DSMTP_SYNTAX,
                           "bad ciphers \"%.200s\"; expected a list as in openssl-ciphers(1)",
                           ciphers);
}

static enum dsmtp_status build(struct dsmtp_tls *tls, const struct dsmtp_tls_options *o,
                               struct dsmtp_fault *fault)
{
    tls->floor = o->min_version != 0 ? o->min_version : TLS1_2_VERSION;
    tls->security_level = o->security_level;
    tls->ctx = SSL_CTX_new(TLS_client_method());
    if (tls->ctx == NULL || !set_up(tls))
        return dsmtp_tls_fault(fault, "cannot set up TLS");
    DSMTP_TRY(take_ciphers(tls, o->ciphers, fault));
    if (o->ca_file == NULL && o->ca_path == NULL)
        return DSMTP_OK;
    return dsmtp_tls_trust(tls, o->ca_file, o->ca_path, fault);
}

enum dsmtp_status dsmtp_tls_open(const struct dsmtp_tls_options *options, struct dsmtp_tls **out,
                                 struct dsmtp_fault *fault)
{
    const struct dsmtp_tls_options defaults = {.security_level = -1};
    struct dsmtp_tls *tls = calloc(1, sizeof(*tls));
    enum dsmtp_status status;

    ERR_clear_error();
    if (tls == NULL)
        return dsmtp_fault_set(fault, DSMTP_NOMEM, "out of memory");
    status = build(tls, options != NULL ? options : &defaults, fault);
    if (status == DSMTP_OK)
        *out = tls;
    else
        dsmtp_tls_close(&tls);
    return status;
}

void dsmtp_tls_close(struct dsmtp_tls **tls)
{
    if (*tls == NULL)
        return;
    X509_STORE_free((*tls)->trusted);
    SSL_CTX_free((*tls)->ctx);
    free(*tls);
    *tls = NULL;
}

/* To OpenSSL a leading dot means "any name below", which only a policy table may ask for; an empty
 * name would switch the check off. */
static bool is_reference(const struct dsmtp_tls_demand *demand, const char *name)
{
    return name[0] == '.' ? demand->authenticate == DSMTP_AGAINST_AUTHORITIES && name[1] != '\0'
                          : name[0] != '\0';
}

/* X509_VERIFY_PARAM and not SSL_add1_host, which would take a name that looks like an address for
 * one. */
static enum dsmtp_status apply_names(SSL *ssl, const struct dsmtp_tls_demand *demand,
                                     unsigned *count, struct dsmtp_fault *fault)
{
    X509_VERIFY_PARAM *param = SSL_get0_param(ssl);

    X509_VERIFY_PARAM_set_hostflags(
        param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
                   (demand->multi_label_wildcards ? X509_CHECK_FLAG_MULTI_LABEL_WILDCARDS : 0u) |
                   (demand->no_common_name ? X509_CHECK_FLAG_NEVER_CHECK_SUBJECT : 0u));
    *count = 0;
    for (unsigned i = 0; i < demand->name_count; i++) {
        if (!is_reference(demand, demand->names[i]))
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
                                       struct dsmtp_fault *fault)
{
    for (unsigned i = 0; i < demand->record_count; i++) {
        const struct dsmtp_tlsa *r = &demand->records[i];

        if (r->why != DSMTP_UNUSABLE_NO)
            continue;
        if (SSL_dane_tlsa_add(ssl, r->effective_usage, r->selector, r->matching, r->data, r->len) <
            0)
            return dsmtp_tls_fault(fault, "cannot add a TLSA record");
    }
    ERR_clear_error();
    return DSMTP_OK;
}

static enum dsmtp_status demand_dane(const struct dsmtp_tls *tls, SSL *ssl,
                                     const struct dsmtp_tls_demand *demand,
                                     struct dsmtp_fault *fault)
{
    unsigned names;

    if (tls->none != NULL && SSL_set1_verify_cert_store(ssl, tls->none) <= 0)
        return dsmtp_tls_fault(fault, "cannot set the trusted certificates");
    /* No base domain here: it would set the SNI too, and both are the demand's to say. */
    if (SSL_dane_enable(ssl, NULL) <= 0)
        return dsmtp_tls_fault(fault, "cannot enable DANE");
    (void)SSL_dane_set_flags(ssl, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
    DSMTP_TRY(apply_names(ssl, demand, &names, fault));
    DSMTP_TRY(apply_records(ssl, demand, fault));
    if (names == 0 && dsmtp_tlsa_any_anchor(demand->records, demand->record_count))
        return dsmtp_fault_set(fault, DSMTP_MISUSE, "certificate usage 2 needs a name to check");
    return DSMTP_OK;
}

/* Authorities of this session only: one that asks for TLSA must never find any. The system's are
 * read when the first session wants them. */
static enum dsmtp_status demand_authorities(struct dsmtp_tls *tls, SSL *ssl,
                                            const struct dsmtp_tls_demand *demand,
                                            struct dsmtp_fault *fault)
{
    unsigned names;

    if (tls->trusted == NULL)
        DSMTP_TRY(dsmtp_tls_trust(tls, NULL, NULL, fault));
    if (SSL_set1_verify_cert_store(ssl, tls->trusted) <= 0)
        return dsmtp_tls_fault(fault, "cannot set the trusted certificates");
    DSMTP_TRY(apply_names(ssl, demand, &names, fault));
    return names > 0 ? DSMTP_OK
                     : dsmtp_fault_set(fault, DSMTP_MISUSE, "authorities need a name to check");
}

static enum dsmtp_status apply_demand(struct dsmtp_tls *tls, SSL *ssl,
                                      const struct dsmtp_tls_demand *demand,
                                      struct dsmtp_fault *fault)
{
    /* OpenSSL hands over the chain in either case; only with VERIFY_PEER the handshake hangs on it.
     */
    bool any = demand->authenticate == DSMTP_AGAINST_NOTHING;

    if (!remember_demand(ssl, demand))
        return dsmtp_tls_fault(fault, "cannot begin a session");
    SSL_set_verify(ssl, any ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);
    if (dsmtp_tls_kind(demand) == DSMTP_AGAINST_TLSA)
        return demand_dane(tls, ssl, demand, fault);
    if (demand->authenticate == DSMTP_AGAINST_AUTHORITIES)
        return demand_authorities(tls, ssl, demand, fault);
    return DSMTP_OK;
}

/* Versions and ciphers. The ciphers come last: "@SECLEVEL=2" in them has the last word. */
static enum dsmtp_status apply_limits(const struct dsmtp_tls *tls, SSL *ssl,
                                      const struct dsmtp_tls_demand *demand,
                                      struct dsmtp_fault *fault)
{
    static const uint64_t without[DSMTP_TLS_VERSION_COUNT] = {SSL_OP_NO_TLSv1, SSL_OP_NO_TLSv1_1,
                                                              SSL_OP_NO_TLSv1_2, SSL_OP_NO_TLSv1_3};
    const struct dsmtp_tls_limits *l = &demand->limits;
    int floor = l->own_floor ? TLS1_VERSION : tls->floor;
    const char *ciphers =
        l->ciphers != DSMTP_CIPHERS_DEFAULT ? grade_ciphers[l->ciphers] : tls->ciphers;
    /* Before 1.2 the handshake itself is signed with SHA-1. */
    bool weak = demand->authenticate == DSMTP_AGAINST_NOTHING || floor < TLS1_2_VERSION;

    for (unsigned i = 0; l->versions != 0 && i < DSMTP_TLS_VERSION_COUNT; i++)
        if ((l->versions & 1u << i) == 0)
            (void)SSL_set_options(ssl, without[i]);
    SSL_set_security_level(ssl, tls->security_level >= 0 ? tls->security_level
                                : weak                   ? LEVEL_ANY
                                                         : LEVEL_80_BITS);
    /* Whoever only looks on sees what the demand would: the chain is judged as strictly. */
    if (demand->audit)
        X509_VERIFY_PARAM_set_auth_level(SSL_get0_param(ssl), LEVEL_80_BITS);
    if (SSL_set_min_proto_version(ssl, floor) <= 0 ||
        (ciphers != NULL && SSL_set_cipher_list(ssl, ciphers) <= 0))
        return dsmtp_tls_fault(fault, "cannot set versions and ciphers");
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

enum dsmtp_status dsmtp_tls_apply(struct dsmtp_tls *tls, struct ssl_st *ssl,
                                  const struct dsmtp_tls_demand *demand, struct dsmtp_fault *fault)
{
    SSL_set_connect_state(ssl);
    DSMTP_TRY(apply_demand(tls, ssl, demand, fault));
    DSMTP_TRY(apply_limits(tls, ssl, demand, fault));
    return demand->sni != NULL ? name_server(ssl, demand->sni, fault) : DSMTP_OK;
}

enum dsmtp_status dsmtp_tls_session(struct dsmtp_tls *tls, const struct dsmtp_tls_demand *demand,
                                    struct ssl_st **out, struct dsmtp_fault *fault)
{
    SSL *ssl;
    enum dsmtp_status status;

    ERR_clear_error();
    ssl = SSL_new(tls->ctx);
    if (ssl == NULL)
        return dsmtp_tls_fault(fault, "cannot begin a session");
    status = dsmtp_tls_apply(tls, ssl, demand, fault);
    if (status != DSMTP_OK) {
        SSL_free(ssl);
        return status;
    }
    *out = ssl;
    return DSMTP_OK;
}
