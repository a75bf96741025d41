/* tlsrpt_map.c - the table of tlsrpt_map.h. */
#include "report/tlsrpt_map.h"

#include <stddef.h>

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static const char *const result_names[] = {
#define X(name, word) (word),
    DSMTP_TLSRPT_RESULT_LIST(X)
#undef X
};

/* clang-format off */
#define ANY      (~0u)
#define YES      2u
#define NO       1u
#define W(name)  (UINT64_C(1) << DSMTP_REASON_##name)
#define WHATEVER (~UINT64_C(0))
#define L(name)  (1u << DSMTP_LEVEL_##name)
#define MUST     (~(L(SKIP) | L(NONE) | L(MAY)))
#define R(name)  (1u << DSMTP_TLSRPT_##name)
#define F(name)  (1u << DSMTP_CHAIN_FAULT_##name)
#define WHOLE    (1u << DSMTP_TLSRPT_DESTINATION)
#define HOST     (1u << DSMTP_TLSRPT_HOST)
#define SESSION  (1u << DSMTP_TLSRPT_SESSION)

#define FAIL(policy, result, code, adds) \
    DSMTP_TLSRPT_FAILURE, DSMTP_TLSRPT_##policy, DSMTP_TLSRPT_##result, code, DSMTP_TLSRPT_ADDS_##adds
#define SUCCESS  DSMTP_TLSRPT_SUCCESS, DSMTP_TLSRPT_BY_RECORDS, DSMTP_TLSRPT_RESULT_COUNT, NULL, DSMTP_TLSRPT_ADDS_NOTHING
#define NOTHING  DSMTP_TLSRPT_NOTHING, DSMTP_TLSRPT_NEXT_HOP, DSMTP_TLSRPT_RESULT_COUNT, NULL, DSMTP_TLSRPT_ADDS_NOTHING

/* The session went on in clear, as far as that. */
#define IN_CLEAR (W(SESSION_READY) | W(DELIVERED) | W(MAIL_REFUSED) | W(RCPT_REFUSED) | W(DATA_REFUSED) | W(MESSAGE_TOO_BIG) | \
                  W(NO_8BITMIME) | W(NO_SMTPUTF8))
/* The certificates are not what was demanded; the fault says how. */
#define CERT     (W(TLSA_MISMATCH) | W(NAME_MISMATCH) | W(CHAIN_INVALID) | W(CHAIN_UNTRUSTED) | W(FINGERPRINT_MISMATCH))

static const struct dsmtp_tlsrpt_row rows[] = {
/*   id             rules                              stage    because                       levels    records                     faults                   up   transient */
    /* DNS alone decides */
    {"D8",          "R-8460-4.3-1",                    WHOLE,   W(MX_BOGUS),                  ANY,      ANY,                        ANY,                     ANY, ANY, FAIL(NEXT_HOP, DNSSEC_INVALID, "mx-bogus", DETAIL)},
    {"D10",         "R-8460-4.3-1",                    WHOLE,   W(DANE_REQUIRED),             ANY,      ANY,                        ANY,                     ANY, ANY, FAIL(NEXT_HOP, DANE_REQUIRED, "insecure-mx", NOTHING)},
    {"D4",          "R-8460-4.3-1",                    HOST,    W(TLSA_BOGUS),                ANY,      ANY,                        ANY,                     ANY, ANY, FAIL(BASE, DNSSEC_INVALID, "tlsa-bogus", DETAIL)},
    {"D5",          "R-8460-4.3-1",                    HOST,    W(TLSA_ERROR),                ANY,      ANY,                        ANY,                     ANY, NO,  FAIL(BASE, DNSSEC_INVALID, "tlsa-error", DETAIL)},
    {"D6",          "R-8460-4.3.4-1",                  HOST,    W(TLSA_ERROR),                ANY,      ANY,                        ANY,                     ANY, YES, NOTHING},
    {"D7",          "R-8460-4.3-1",                    HOST,    W(ADDRESS_BOGUS),             ANY,      ANY,                        ANY,                     ANY, ANY, FAIL(NAME, DNSSEC_INVALID, "addr-bogus", DETAIL)},
    {"D7",          "R-8460-4.3-1",                    HOST,    W(ALIAS_BOGUS),               ANY,      ANY,                        ANY,                     ANY, ANY, FAIL(NAME, DNSSEC_INVALID, "alias-bogus", DETAIL)},
    {"D3",          "R-8460-4.3-1",                    HOST,    W(TLSA_UNUSABLE) | W(DANE_REQUIRED), ANY, R(UNUSABLE),              ANY,                     ANY, ANY, FAIL(BY_RECORDS, TLSA_INVALID, "all-tlsa-records-unusable", NOTHING)},
    {"D9",          "R-8460-4.3-1",                    HOST,    W(DANE_REQUIRED),             ANY,      R(ABSENT),                  ANY,                     ANY, ANY, FAIL(NEXT_HOP, DANE_REQUIRED, "no-tlsa", NOTHING)},
    {"D10",         "R-8460-4.3-1",                    HOST,    W(DANE_REQUIRED),             ANY,      R(UNASKED),                 ANY,                     ANY, ANY, FAIL(NEXT_HOP, DANE_REQUIRED, "insecure-host", NOTHING)},
    /* TLS as demanded, whatever came of the mail */
    {"D1 D20 D23",  "R-8460-4.2-1 R-8460-1.1-1",       SESSION, WHATEVER,                     ANY,      R(USABLE),                  ANY,                     YES, ANY, SUCCESS},
    {"D2",          "R-8460-4.3-1",                    SESSION, WHATEVER,                     ANY,      R(UNUSABLE),                ANY,                     YES, ANY, FAIL(BY_RECORDS, TLSA_INVALID, "all-tlsa-records-unusable", NOTHING)},
    {"D21",         "R-8460-4.2-1 R-8460-1.1-1",       SESSION, WHATEVER,                     ANY,      R(UNASKED) | R(ABSENT),     ANY,                     YES, ANY, SUCCESS},
    /* no TLS */
    {"D11",         "R-8460-4.3-1",                    SESSION, W(NO_STARTTLS),               ANY,      ANY,                        ANY,                     NO,  ANY, FAIL(BY_RECORDS, STARTTLS_NOT_SUPPORTED, "starttls-not-offered", NOTHING)},
    {"D12",         "R-8460-4.3-1",                    SESSION, W(STARTTLS_REFUSED),          ANY,      ANY,                        ANY,                     NO,  ANY, FAIL(BY_RECORDS, STARTTLS_NOT_SUPPORTED, "starttls-refused", REPLY)},
    {"D13",         "R-8460-4.3-1",                    SESSION, W(EHLO_REFUSED),              MUST,     ANY,                        ANY,                     NO,  NO,  FAIL(BY_RECORDS, STARTTLS_NOT_SUPPORTED, "ehlo-rejected", REPLY)},
    {"D22",         "R-8460-4.3-1",                    SESSION, IN_CLEAR,                     L(MAY),   ANY,                        ANY,                     NO,  ANY, FAIL(BY_RECORDS, STARTTLS_NOT_SUPPORTED, "starttls-not-offered-or-refused", NOTHING)},
    /* TLS that failed */
    {"D14",         "R-8460-4.3.3-1",                  SESSION, W(TLS_HANDSHAKE),             ANY,      ANY,                        ANY,                     NO,  ANY, FAIL(BY_RECORDS, VALIDATION_FAILURE, "tls-handshake", DETAIL)},
    {"D14",         "R-8460-4.3.3-1",                  SESSION, W(STARTTLS_INJECTION),        ANY,      ANY,                        ANY,                     NO,  ANY, FAIL(BY_RECORDS, VALIDATION_FAILURE, "data-before-tls", NOTHING)},
    {"D15",         "R-8460-4.3-1",                    SESSION, CERT,                         ANY,      ANY,                        F(NONE) | F(NO_MATCH),   NO,  ANY, FAIL(BY_RECORDS, CERTIFICATE_NOT_TRUSTED, "no-tlsa-match", NOTHING)},
    {"D15",         "R-8460-4.3-1",                    SESSION, CERT,                         ANY,      ANY,                        F(FINGERPRINT),          NO,  ANY, FAIL(BY_RECORDS, CERTIFICATE_NOT_TRUSTED, "no-fingerprint-match", NOTHING)},
    {"D16",         "R-8460-4.3-1",                    SESSION, CERT,                         ANY,      ANY,                        F(NAME),                 NO,  ANY, FAIL(BY_RECORDS, CERTIFICATE_HOST_MISMATCH, "expected", NAMES)},
    {"D17",         "R-8460-4.3-1",                    SESSION, CERT,                         ANY,      ANY,                        F(EXPIRED),              NO,  ANY, FAIL(BY_RECORDS, CERTIFICATE_EXPIRED, "expired", DETAIL)},
    {"D17",         "R-8460-4.3.3-1",                  SESSION, CERT,                         ANY,      ANY,                        F(NOT_YET_VALID),        NO,  ANY, FAIL(BY_RECORDS, VALIDATION_FAILURE, "not-yet-valid", DETAIL)},
    {"D18",         "R-8460-4.3-1",                    SESSION, CERT,                         ANY,      ANY,                        F(ANCHOR_MISSING),       NO,  ANY, FAIL(BY_RECORDS, CERTIFICATE_NOT_TRUSTED, "ta-not-in-chain", NOTHING)},
    {"D18",         "R-8460-4.3-1",                    SESSION, CERT,                         ANY,      ANY,                        F(ISSUER),               NO,  ANY, FAIL(BY_RECORDS, CERTIFICATE_NOT_TRUSTED, "issuer-not-found", DETAIL)},
    {"D19",         "R-8460-4.3-1",                    SESSION, CERT,                         ANY,      ANY,                        F(PATH_LENGTH),          NO,  ANY, FAIL(BY_RECORDS, CERTIFICATE_NOT_TRUSTED, "path-too-long", DETAIL)},
    {"D19",         "R-8460-4.3-1",                    SESSION, CERT,                         ANY,      ANY,                        F(NAME_CONSTRAINT),      NO,  ANY, FAIL(BY_RECORDS, CERTIFICATE_NOT_TRUSTED, "name-not-permitted", DETAIL)},
    {"D19",         "R-8460-4.3-1",                    SESSION, CERT,                         ANY,      ANY,                        F(SIGNATURE),            NO,  ANY, FAIL(BY_RECORDS, CERTIFICATE_NOT_TRUSTED, "bad-signature", DETAIL)},
    {"D19",         "R-8460-4.3-1",                    SESSION, CERT,                         ANY,      ANY,                        F(PURPOSE) | F(NOT_CA) | F(WEAK) | F(OTHER),
                                                                                                                                                             NO,  ANY, FAIL(BY_RECORDS, CERTIFICATE_NOT_TRUSTED, "chain-not-valid", DETAIL)},
    /* Nobody was reached, or only for a moment. */
    {"-",           "R-8460-4.3.4-1",                  SESSION, W(CONNECT_FAILED) | W(CONNECTION_LOST) | W(TIMEOUT) | W(GREETING_REFUSED) | W(PROTOCOL_ERROR),
                                                                                              ANY,      ANY,                        ANY,                     NO,  ANY, NOTHING},
};
/* clang-format on */

const char *dsmtp_tlsrpt_result_name(enum dsmtp_tlsrpt_result v)
{
    return result_names[v];
}

const struct dsmtp_tlsrpt_row *dsmtp_tlsrpt_row(unsigned index)
{
    return index < ROWS ? &rows[index] : NULL;
}

static bool has(unsigned set, unsigned value)
{
    return (set & (1u << value)) != 0;
}

bool dsmtp_tlsrpt_applies(const struct dsmtp_tlsrpt_row *row, const struct dsmtp_tlsrpt_facts *f)
{
    return has(row->stage, f->stage) && (row->reasons & UINT64_C(1) << f->reason) != 0 &&
           has(row->levels, f->level) && has(row->records, f->records) &&
           has(row->faults, f->fault) && has(row->up, f->up) && has(row->transient, f->transient);
}

const struct dsmtp_tlsrpt_row *dsmtp_tlsrpt_find(const struct dsmtp_tlsrpt_facts *facts)
{
    for (unsigned i = 0; i < ROWS; i++)
        if (dsmtp_tlsrpt_applies(&rows[i], facts))
            return &rows[i];
    return NULL;
}

_Static_assert(DSMTP_REASON_COUNT <= 64, "reasons fit the set");
