/* tls_case.c - the driver of tls_case.h. */
#include "tls_case.h"

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

size_t tls_association(const struct tls_pin *pin, uint8_t out[DATA_MAX])
{
    X509 *cert = tls_cert(pin->of);
    unsigned char *der = NULL;
    int len = pin->selector == 0 ? i2d_X509(cert, &der)
                                 : i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);
    unsigned digest_len = 0;

    if (pin->matching == 0)
        memcpy(out, der, (size_t)len);
    else
        EVP_Digest(der, (size_t)len, out, &digest_len,
                   pin->matching == 1 ? EVP_sha256() : EVP_sha512(), NULL);
    OPENSSL_free(der);
    return pin->matching == 0 ? (size_t)len : digest_len;
}

void tls_publish(const struct tls_pin pins[RECORDS_MAX], struct tls_records *out)
{
    out->count = 0;
    for (unsigned i = 0; i < RECORDS_MAX && pins[i].of != NONE; i++) {
        size_t len = tls_association(&pins[i], out->data[i]);

        out->tlsa[i] = (struct dsmtp_tlsa){
            .usage = pins[i].usage,
            .selector = pins[i].selector,
            .matching = pins[i].matching,
            .data = out->data[i],
            .len = len,
            .effective_usage = pins[i].effective != 0 ? pins[i].effective : pins[i].usage,
            .why = pins[i].why,
        };
        out->count++;
    }
}

struct dsmtp_tls_demand tls_demand(const struct tls_records *records,
                                   const char *const names[NAMES_MAX])
{
    struct dsmtp_tls_demand demand = {.authenticate = DSMTP_AGAINST_TLSA,
                                      .records = records->tlsa,
                                      .record_count = records->count,
                                      .names = names};

    while (demand.name_count < NAMES_MAX && names[demand.name_count] != NULL)
        demand.name_count++;
    return demand;
}

void tls_join(struct ssl_st *client, struct ssl_st *server)
{
    BIO *up = BIO_new(BIO_s_mem());
    BIO *down = BIO_new(BIO_s_mem());

    BIO_up_ref(up);
    BIO_up_ref(down);
    SSL_set_bio(client, down, up);
    SSL_set_bio(server, up, down);
    SSL_set_accept_state(server);
    X509_VERIFY_PARAM_set_time(SSL_get0_param(client), NOW);
}

enum dsmtp_status tls_verify(const char *pem, size_t len, const struct dsmtp_tls_demand *demand,
                             int64_t time, struct dsmtp_tls_evidence *out,
                             struct dsmtp_fault *fault)
{
    struct dsmtp_tls *tls = NULL;
    enum dsmtp_status status = dsmtp_tls_open(NULL, &tls, fault);

    if (status == DSMTP_OK)
        status = dsmtp_tls_verify_pem(tls, pem, len, demand, time, out, fault);
    dsmtp_tls_close(&tls);
    return status;
}

static void check_match(const struct tls_pin *pin, int depth, const struct dsmtp_tls_evidence *e)
{
    check_true(e->matched);
    check_uint(e->usage, pin->usage);
    check_uint(e->selector, pin->selector);
    check_uint(e->matching, pin->matching);
    check_int(e->depth, depth);
    check_str(e->detail, "");
}

/* audit: to see the same, and to demand nothing. */
static void run_one(const struct tls_case *c, bool audit)
{
    struct tls_records records;
    struct dsmtp_tls_evidence e = {.reason = DSMTP_REASON_INTERNAL};
    struct dsmtp_tls_demand demand;
    struct dsmtp_fault fault = {.what = ""};
    bool good = c->want == DSMTP_REASON_NONE;
    size_t len;
    char *pem = tls_certs_pem(c->chain, &len);

    check_rowf("%s: %s%s", c->rules, c->label, audit ? ", audit" : "");
    tls_publish(c->pins, &records);
    demand = tls_demand(&records, c->names);
    if (audit)
        demand.authenticate = DSMTP_AGAINST_NOTHING;
    demand.audit = audit;
    check_int(tls_verify(pem, len, &demand, NOW, &e, &fault), DSMTP_OK);
    check_str(fault.what, "");
    check_str(dsmtp_reason_name(e.reason), dsmtp_reason_name(c->want));
    check_str(dsmtp_chain_fault_name(e.fault), dsmtp_chain_fault_name(c->fault));
    check_int(e.authenticated, good);
    if (good)
        check_match(&c->pins[c->matched], c->depth, &e);
    else
        check_true(!e.matched && e.detail[0] != '\0');
    free(pem);
}

void tls_run(const struct tls_case *cases, size_t count)
{
    tls_certs_make();
    for (size_t i = 0; i < count; i++)
        for (unsigned audit = 0; audit < 2; audit++)
            run_one(&cases[i], audit != 0);
}
