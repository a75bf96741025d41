/* test_tlsrpt_map.c - the mapping to TLS reports: unambiguous, without dead rows, and as listed in
 * D1 to D28; every reason is either reported or known not to be. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "report/tlsrpt_map.h"

enum { ROWS_MAX = 64 };

static unsigned count_rows(void)
{
    unsigned rows = 0;

    while (dsmtp_tlsrpt_row(rows) != NULL)
        rows++;
    return rows;
}

/* The facts of that number, or false past the last. */
static bool facts_at(unsigned n, struct dsmtp_tlsrpt_facts *f)
{
    f->transient = n % 2 != 0;
    n /= 2;
    f->up = n % 2 != 0;
    n /= 2;
    f->fault = (enum dsmtp_chain_fault)(n % DSMTP_CHAIN_FAULT_COUNT);
    n /= DSMTP_CHAIN_FAULT_COUNT;
    f->records = (enum dsmtp_tlsrpt_records)(n % DSMTP_TLSRPT_RECORDS);
    n /= DSMTP_TLSRPT_RECORDS;
    f->level = (enum dsmtp_level)(n % DSMTP_LEVEL_COUNT);
    n /= DSMTP_LEVEL_COUNT;
    f->reason = (enum dsmtp_reason)(n % DSMTP_REASON_COUNT);
    n /= DSMTP_REASON_COUNT;
    f->stage = (enum dsmtp_tlsrpt_stage)n;
    return n < DSMTP_TLSRPT_STAGES;
}

static void test_unambiguous(void)
{
    unsigned rows = count_rows();
    unsigned hits[ROWS_MAX] = {0};
    struct dsmtp_tlsrpt_facts f;

    if (!check_true(rows > 0 && rows <= ROWS_MAX))
        return;
    for (unsigned n = 0; facts_at(n, &f); n++) {
        unsigned apply = 0;

        for (unsigned i = 0; i < rows; i++) {
            bool applies = dsmtp_tlsrpt_applies(dsmtp_tlsrpt_row(i), &f);

            apply += applies ? 1 : 0;
            hits[i] += applies ? 1 : 0;
        }
        if (apply <= 1)
            continue;
        check_rowf("stage %d, %s, level %s, records %d", f.stage, dsmtp_reason_name(f.reason),
                   dsmtp_level_name(f.level), f.records);
        check_uint(apply, 1);
        return;
    }
    for (unsigned i = 0; i < rows; i++) {
        check_rowf("row %u, %s", i, dsmtp_tlsrpt_row(i)->id);
        check_true(hits[i] > 0);
    }
}

/* Reasons without a row: what they are about is not TLS, or another fact of the same target tells.
 */
static const enum dsmtp_reason unreported[] = {
    DSMTP_REASON_NONE,
    /* reasons of a level, for which the session speaks, or of a destination without any host */
    DSMTP_REASON_LOCAL_POLICY,
    DSMTP_REASON_ADDRESS_LITERAL,
    DSMTP_REASON_MX_INSECURE,
    DSMTP_REASON_MX_ABSENT_INSECURE,
    DSMTP_REASON_NO_SUCH_DOMAIN,
    DSMTP_REASON_NULL_MX,
    DSMTP_REASON_NO_VALID_MX,
    DSMTP_REASON_MAIL_LOOP,
    DSMTP_REASON_MX_ALIAS,
    DSMTP_REASON_NO_ADDRESS,
    DSMTP_REASON_ADDRESS_INSECURE,
    DSMTP_REASON_TLSA_ABSENT,
    DSMTP_REASON_TLSA_INSECURE,
    DSMTP_REASON_TLSA_USABLE,
    DSMTP_REASON_NO_HOST_LEFT,
    DSMTP_REASON_ADDRESS_LIMIT,
    /* transient (R-8460-4.3.4-1) */
    DSMTP_REASON_MX_ERROR,
    DSMTP_REASON_ADDRESS_ERROR,
    DSMTP_REASON_ALIAS_ERROR,
    /* our own fault */
    DSMTP_REASON_INTERNAL,
};

static bool listed(enum dsmtp_reason reason)
{
    for (size_t i = 0; i < CHECK_COUNT(unreported); i++)
        if (unreported[i] == reason)
            return true;
    return false;
}

/* A reason that is added to the engine must be thought about here. */
static void test_every_reason(void)
{
    for (unsigned r = 0; r < DSMTP_REASON_COUNT; r++) {
        bool named = false;

        for (unsigned i = 0; dsmtp_tlsrpt_row(i) != NULL; i++)
            named = named || (dsmtp_tlsrpt_row(i)->reasons != ~UINT64_C(0) &&
                              (dsmtp_tlsrpt_row(i)->reasons & UINT64_C(1) << r) != 0);
        check_rowf("%s", dsmtp_reason_name((enum dsmtp_reason)r));
        check_int(named, !listed((enum dsmtp_reason)r));
    }
}

/* R-8460-4.3-1, R-8460-4.3.3-1: the registered words, and what has no word of its own is
 * validation-failure. */
/* clang-format off */
#define WHOLE   DSMTP_TLSRPT_DESTINATION
#define HOST    DSMTP_TLSRPT_HOST
#define SESSION DSMTP_TLSRPT_SESSION
#define W(name) DSMTP_REASON_##name
#define L(name) DSMTP_LEVEL_##name
#define R(name) DSMTP_TLSRPT_##name
#define F(name) DSMTP_CHAIN_FAULT_##name

static const struct { const char *id; struct dsmtp_tlsrpt_facts facts; const char *want; } outcomes[] = {
    {"D1",  {SESSION, W(DELIVERED),          L(DANE),    R(USABLE),   F(NONE),           true,  false}, "success"},
    {"D1",  {SESSION, W(RCPT_REFUSED),       L(DANE),    R(USABLE),   F(NONE),           true,  true},  "success"},
    {"D1",  {SESSION, W(CONNECTION_LOST),    L(DANE),    R(USABLE),   F(NONE),           true,  false}, "success"},
    {"D2",  {SESSION, W(DELIVERED),          L(ENCRYPT), R(UNUSABLE), F(NONE),           true,  false}, "tlsa-invalid all-tlsa-records-unusable"},
    {"D3",  {HOST,    W(DANE_REQUIRED),      L(SKIP),    R(UNUSABLE), F(NONE),           false, false}, "tlsa-invalid all-tlsa-records-unusable"},
    {"D3",  {HOST,    W(TLSA_UNUSABLE),      L(SKIP),    R(UNUSABLE), F(NONE),           false, false}, "tlsa-invalid all-tlsa-records-unusable"},
    {"D4",  {HOST,    W(TLSA_BOGUS),         L(SKIP),    R(ABSENT),   F(NONE),           false, false}, "dnssec-invalid tlsa-bogus"},
    {"D5",  {HOST,    W(TLSA_ERROR),         L(SKIP),    R(ABSENT),   F(NONE),           false, false}, "dnssec-invalid tlsa-error"},
    {"D6",  {HOST,    W(TLSA_ERROR),         L(SKIP),    R(ABSENT),   F(NONE),           false, true},  "nothing"},
    {"D7",  {HOST,    W(ADDRESS_BOGUS),      L(SKIP),    R(UNASKED),  F(NONE),           false, false}, "dnssec-invalid addr-bogus"},
    {"D7",  {HOST,    W(ALIAS_BOGUS),        L(SKIP),    R(UNASKED),  F(NONE),           false, false}, "dnssec-invalid alias-bogus"},
    {"D8",  {WHOLE,   W(MX_BOGUS),           L(SKIP),    R(UNASKED),  F(NONE),           false, false}, "dnssec-invalid mx-bogus"},
    {"D9",  {HOST,    W(DANE_REQUIRED),      L(SKIP),    R(ABSENT),   F(NONE),           false, false}, "dane-required no-tlsa"},
    {"D10", {HOST,    W(DANE_REQUIRED),      L(SKIP),    R(UNASKED),  F(NONE),           false, false}, "dane-required insecure-host"},
    {"D10", {WHOLE,   W(DANE_REQUIRED),      L(SKIP),    R(UNASKED),  F(NONE),           false, false}, "dane-required insecure-mx"},
    {"D11", {SESSION, W(NO_STARTTLS),        L(DANE),    R(USABLE),   F(NONE),           false, false}, "starttls-not-supported starttls-not-offered"},
    {"D11", {SESSION, W(NO_STARTTLS),        L(ENCRYPT), R(UNUSABLE), F(NONE),           false, false}, "starttls-not-supported starttls-not-offered"},
    {"D12", {SESSION, W(STARTTLS_REFUSED),   L(DANE),    R(USABLE),   F(NONE),           false, true},  "starttls-not-supported starttls-refused"},
    {"D13", {SESSION, W(EHLO_REFUSED),       L(DANE),    R(USABLE),   F(NONE),           false, false}, "starttls-not-supported ehlo-rejected"},
    {"D13", {SESSION, W(EHLO_REFUSED),       L(DANE),    R(USABLE),   F(NONE),           false, true},  "nothing"},
    {"D14", {SESSION, W(TLS_HANDSHAKE),      L(DANE),    R(USABLE),   F(NONE),           false, false}, "validation-failure tls-handshake"},
    {"D14", {SESSION, W(STARTTLS_INJECTION), L(DANE),    R(USABLE),   F(NONE),           false, false}, "validation-failure data-before-tls"},
    {"D15", {SESSION, W(TLSA_MISMATCH),      L(DANE),    R(USABLE),   F(NO_MATCH),       false, false}, "certificate-not-trusted no-tlsa-match"},
    {"D16", {SESSION, W(NAME_MISMATCH),      L(DANE),    R(USABLE),   F(NAME),           false, false}, "certificate-host-mismatch expected"},
    {"D17", {SESSION, W(CHAIN_INVALID),      L(DANE),    R(USABLE),   F(EXPIRED),        false, false}, "certificate-expired expired"},
    {"D17", {SESSION, W(CHAIN_INVALID),      L(DANE),    R(USABLE),   F(NOT_YET_VALID),  false, false}, "validation-failure not-yet-valid"},
    {"D18", {SESSION, W(TLSA_MISMATCH),      L(DANE),    R(USABLE),   F(ANCHOR_MISSING), false, false}, "certificate-not-trusted ta-not-in-chain"},
    {"D18", {SESSION, W(TLSA_MISMATCH),      L(DANE),    R(USABLE),   F(ISSUER),         false, false}, "certificate-not-trusted issuer-not-found"},
    {"D19", {SESSION, W(CHAIN_INVALID),      L(DANE),    R(USABLE),   F(PATH_LENGTH),    false, false}, "certificate-not-trusted path-too-long"},
    {"D19", {SESSION, W(CHAIN_INVALID),      L(DANE),    R(USABLE),   F(NAME_CONSTRAINT), false, false}, "certificate-not-trusted name-not-permitted"},
    {"D19", {SESSION, W(CHAIN_INVALID),      L(DANE),    R(USABLE),   F(SIGNATURE),      false, false}, "certificate-not-trusted bad-signature"},
    {"D19", {SESSION, W(CHAIN_INVALID),      L(DANE),    R(USABLE),   F(OTHER),          false, false}, "certificate-not-trusted chain-not-valid"},
    {"D20", {SESSION, W(SESSION_READY),      L(DANE),    R(USABLE),   F(NONE),           true,  false}, "success"},
    {"D21", {SESSION, W(DELIVERED),          L(MAY),     R(ABSENT),   F(NONE),           true,  false}, "success"},
    {"D21", {SESSION, W(DELIVERED),          L(MAY),     R(UNASKED),  F(NONE),           true,  false}, "success"},
    {"D22", {SESSION, W(DELIVERED),          L(MAY),     R(ABSENT),   F(NONE),           false, false}, "starttls-not-supported starttls-not-offered-or-refused"},
    {"D23", {SESSION, W(DELIVERED),          L(DANE),    R(USABLE),   F(NONE),           true,  false}, "success"},
    {"-",   {SESSION, W(DELIVERED),          L(NONE),    R(UNASKED),  F(NONE),           false, false}, "nothing"},
    {"-",   {SESSION, W(CONNECT_FAILED),     L(DANE),    R(USABLE),   F(NONE),           false, false}, "nothing"},
    {"-",   {SESSION, W(TIMEOUT),            L(DANE),    R(USABLE),   F(NONE),           false, false}, "nothing"},
    {"-",   {HOST,    W(TLSA_USABLE),        L(DANE),    R(USABLE),   F(NONE),           false, false}, "nothing"},
};
/* clang-format on */

static void describe(const struct dsmtp_tlsrpt_row *row, char *out, size_t room)
{
    if (row == NULL || row->count == DSMTP_TLSRPT_NOTHING)
        (void)snprintf(out, room, "nothing");
    else if (row->count == DSMTP_TLSRPT_SUCCESS)
        (void)snprintf(out, room, "success");
    else
        (void)snprintf(out, room, "%s %s", dsmtp_tlsrpt_result_name(row->result), row->code);
}

/* Is the id one of the words? */
static bool bears(const struct dsmtp_tlsrpt_row *row, const char *id)
{
    char words[60], word[20];

    (void)snprintf(words, sizeof(words), " %s ", row->id);
    (void)snprintf(word, sizeof(word), " %s ", id);
    return strstr(words, word) != NULL;
}

static void test_outcomes(void)
{
    for (size_t i = 0; i < CHECK_COUNT(outcomes); i++) {
        const struct dsmtp_tlsrpt_row *row = dsmtp_tlsrpt_find(&outcomes[i].facts);
        char got[120];

        describe(row, got, sizeof(got));
        check_rowf("%s, row %zu", outcomes[i].id, i);
        check_str(got, outcomes[i].want);
        if (strcmp(got, "nothing") != 0)
            check_true(bears(row, outcomes[i].id));
    }
}

static const struct check_test tests[] = {
    {"unambiguous", test_unambiguous},
    {"every reason", test_every_reason},
    {"D1 to D23", test_outcomes},
};
SUITE(tlsrpt_map, tests);
