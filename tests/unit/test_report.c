/* test_report.c - did any output change? Texts and JSON against tests/golden. */
#include "report/report.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "golden.h"
#include "report/clean.h"
#include "report/tables.h"
#include "schema.h"

/* --- an outcome with something of everything
 * ------------------------------------------------------- */

static const uint8_t digest[32] = {0x00, 0x11, 0xab, 0xff};
static uint8_t certificate[300] = {0x30, 0x82};

static struct dsmtp_tlsa records[] = {
    {3, 1, 1, digest, sizeof(digest), 3, DSMTP_UNUSABLE_NO},
    {1, 1, 1, digest, sizeof(digest), 3, DSMTP_UNUSABLE_NO},
    {2, 0, 0, certificate, sizeof(certificate), 2, DSMTP_UNUSABLE_NO},
    {3, 1, 9, digest, 3, 3, DSMTP_UNUSABLE_MATCHING},
    {3, 0, 0, NULL, 0, 3, DSMTP_UNUSABLE_SHORT},
};
static const char *const addresses[] = {"2001:db8::1", "192.0.2.1"};
static const char *const names[] = {"mx1.d.example", "d.example"};

static struct dsmtp_host_plan hosts[] = {
    {.name = "mx1.d.example",
     .preference = 10,
     .level = DSMTP_LEVEL_DANE,
     .reason = DSMTP_REASON_TLSA_USABLE,
     .rules = "S33 R-7672-2.2-3",
     .address_security = DSMTP_SECURITY_SECURE,
     .addresses = addresses,
     .address_count = 2,
     .tlsa_base = "mx1.d.example",
     .tlsa_asked = true,
     .tlsa_security = DSMTP_SECURITY_SECURE,
     .tlsa = records,
     .tlsa_count = CHECK_COUNT(records),
     .names = names,
     .name_count = 2,
     .sni = "mx1.d.example"},
    {.name = "mx2.d.example",
     .preference = 20,
     .level = DSMTP_LEVEL_SKIP,
     .reason = DSMTP_REASON_TLSA_BOGUS,
     .rules = "R-7672-2.1.2-4",
     .detail = "signature expired\033[2J\r\nx",
     .address_security = DSMTP_SECURITY_SECURE,
     .addresses = addresses + 1,
     .address_count = 1,
     .tlsa_base = "mx2.d.example",
     .tlsa_asked = true,
     .tlsa_security = DSMTP_SECURITY_BOGUS,
     .names = names + 1,
     .name_count = 1,
     .sni = "mx2.d.example"},
};

static struct dsmtp_plan plan = {
    .target = "d.example",
    .nexthop = "d.example",
    .profile = "rfc7672+usage1=map3",
    .policy = DSMTP_POLICY_DANE,
    .verdict = DSMTP_VERDICT_ATTEMPT,
    .reason = DSMTP_REASON_TLSA_USABLE,
    .rules = "S33 R-7672-2.2-3",
    .mx_asked = true,
    .mx_security = DSMTP_SECURITY_SECURE,
    .mx_answer = DSMTP_PRESENCE_DATA,
    .hosts = hosts,
    .host_count = 2,
    .rounds = 3,
};

static struct dsmtp_attempt attempts[] = {
    {.host = "mx1.d.example",
     .address = "2001:db8::1",
     .level = DSMTP_LEVEL_DANE,
     .result = DSMTP_RESULT_FAIL,
     .reason = DSMTP_REASON_TLSA_MISMATCH,
     .rules = "",
     .tls = {.reason = DSMTP_REASON_TLSA_MISMATCH,
             .version = "TLSv1.3",
             .detail = "no matching DANE TLSA records"},
     .reply = "220 go ahead"},
    {.host = "mx1.d.example",
     .address = "192.0.2.1",
     .level = DSMTP_LEVEL_DANE,
     .result = DSMTP_RESULT_AUTHENTICATED,
     .reason = DSMTP_REASON_DELIVERED,
     .rules = "",
     .tls = {.up = true,
             .authenticated = true,
             .version = "TLSv1.3",
             .cipher = "TLS_AES_256_GCM_SHA384",
             .matched = true,
             .usage = 2,
             .selector = 0,
             .matching = 0,
             .depth = 1},
     .reply = "250 2.0.0 \"queued\" \\ \x7f\xc3\xa9",
     .status = "2.0.0"},
};

static struct dsmtp_recipient recipients[] = {
    {.address = "a@d.example",
     .verdict = DSMTP_VERDICT_DELIVERED,
     .reason = DSMTP_REASON_DELIVERED,
     .host = "mx1.d.example",
     .status = "2.0.0",
     .reply = "250 2.0.0 ok"},
    {.address = "b@d.example",
     .verdict = DSMTP_VERDICT_DEFERRED,
     .reason = DSMTP_REASON_TLSA_BOGUS,
     .host = "mx2.d.example",
     .status = "4.7.5"},
    {.address = "c@d.example",
     .verdict = DSMTP_VERDICT_DEFERRED,
     .reason = DSMTP_REASON_MX_ERROR,
     .status = "4.4.3"},
};

static const struct dsmtp_outcome sent = {
    .plan = &plan,
    .verdict = DSMTP_VERDICT_DEFERRED,
    .reason = DSMTP_REASON_DELIVERED,
    .attempts = attempts,
    .attempt_count = 2,
    .recipients = recipients,
    .recipient_count = 3,
};

static struct dsmtp_plan null_mx = {
    .target = "n.example",
    .nexthop = "n.example",
    .profile = "rfc7672",
    .policy = DSMTP_POLICY_DANE_ONLY,
    .verdict = DSMTP_VERDICT_BOUNCE,
    .mx_asked = true,
    .mx_security = DSMTP_SECURITY_INSECURE,
    .mx_answer = DSMTP_PRESENCE_DATA,
    .mx_null = true,
    .rounds = 1,
};
static const struct dsmtp_outcome bounced = {.plan = &null_mx,
                                             .verdict = DSMTP_VERDICT_BOUNCE,
                                             .reason = DSMTP_REASON_NULL_MX,
                                             .rules = "R-7505-3-1"};

static struct dsmtp_host_plan literal_host = {.name = "192.0.2.1",
                                              .level = DSMTP_LEVEL_MAY,
                                              .reason = DSMTP_REASON_ADDRESS_LITERAL,
                                              .rules = "R-7672-2.2-12",
                                              .address_security = DSMTP_SECURITY_INSECURE,
                                              .addresses = addresses + 1,
                                              .address_count = 1};
static struct dsmtp_plan literal_plan = {.target = "[192.0.2.1]",
                                         .nexthop = "192.0.2.1",
                                         .profile = "rfc7672",
                                         .policy = DSMTP_POLICY_DANE,
                                         .verdict = DSMTP_VERDICT_ATTEMPT,
                                         .hosts = &literal_host,
                                         .host_count = 1};
static const struct dsmtp_outcome literal = {.plan = &literal_plan,
                                             .verdict = DSMTP_VERDICT_ATTEMPT,
                                             .reason = DSMTP_REASON_ADDRESS_LITERAL,
                                             .rules = "R-7672-2.2-12"};

static const struct dsmtp_local_entry entry = {
    .file = "policy", .line = 7, .column = 1, .key = ".s.example", .policy = DSMTP_POLICY_SECURE};
static const char *const patterns[] = {"mx.s.example", ".s.example"};
static struct dsmtp_host_plan secure_host = {.name = "mx.s.example",
                                             .level = DSMTP_LEVEL_SECURE,
                                             .reason = DSMTP_REASON_LOCAL_POLICY,
                                             .rules = "S2",
                                             .address_security = DSMTP_SECURITY_INSECURE,
                                             .addresses = addresses + 1,
                                             .address_count = 1,
                                             .names = patterns,
                                             .name_count = 2,
                                             .sni = "mx.s.example"};
static struct dsmtp_plan secure_plan = {.target = "a.s.example",
                                        .nexthop = "a.s.example",
                                        .profile = "rfc7672",
                                        .policy = DSMTP_POLICY_SECURE,
                                        .entry = &entry,
                                        .verdict = DSMTP_VERDICT_ATTEMPT,
                                        .mx_asked = true,
                                        .mx_security = DSMTP_SECURITY_INSECURE,
                                        .mx_answer = DSMTP_PRESENCE_DATA,
                                        .hosts = &secure_host,
                                        .host_count = 1};
static struct dsmtp_attempt secure_attempts[] = {
    {.host = "mx.s.example",
     .address = "192.0.2.1",
     .level = DSMTP_LEVEL_SECURE,
     .result = DSMTP_RESULT_FAIL,
     .reason = DSMTP_REASON_CHAIN_INVALID,
     .rules = "S2",
     .tls = {.reason = DSMTP_REASON_CHAIN_INVALID,
             .fault = DSMTP_CHAIN_FAULT_EXPIRED,
             .detail = "certificate has expired"}},
    {.host = "mx.s.example",
     .address = "192.0.2.1",
     .level = DSMTP_LEVEL_SECURE,
     .result = DSMTP_RESULT_AUTHENTICATED,
     .reason = DSMTP_REASON_SESSION_READY,
     .rules = "S33",
     .tls = {.up = true,
             .authenticated = true,
             .version = "TLSv1.3",
             .cipher = "TLS_AES_256_GCM_SHA384",
             .name = "*.s.example"}},
};
static const struct dsmtp_outcome secured = {.plan = &secure_plan,
                                             .verdict = DSMTP_VERDICT_ATTEMPT,
                                             .reason = DSMTP_REASON_SESSION_READY,
                                             .rules = "S33",
                                             .attempts = secure_attempts,
                                             .attempt_count = 2};

static const struct dsmtp_verification verified = {
    .profile = "rfc7672",
    .against = DSMTP_AGAINST_TLSA,
    .tlsa = records,
    .tlsa_count = 1,
    .names = names,
    .name_count = 2,
    .time = 1768478400,
    .evidence = {.authenticated = true, .matched = true, .usage = 3, .selector = 1, .matching = 1}};
static const struct dsmtp_verification refused = {
    .profile = "rfc7672",
    .against = DSMTP_AGAINST_TLSA,
    .tlsa = records,
    .tlsa_count = 1,
    .time = -1,
    .evidence = {.reason = DSMTP_REASON_TLSA_MISMATCH,
                 .fault = DSMTP_CHAIN_FAULT_NO_MATCH,
                 .detail = "no matching DANE TLSA records"}};
static const struct dsmtp_verification trusted = {
    .profile = "rfc7672",
    .against = DSMTP_AGAINST_AUTHORITIES,
    .names = patterns,
    .name_count = 2,
    .time = 1768478400,
    .evidence = {.authenticated = true, .name = "*.s.example"}};

static const struct dsmtp_advice advice[] = {
    {DSMTP_ADVICE_NO_MATCH, "mx.s.example", "192.0.2.1", "no match\x1b[2J"},
    {DSMTP_ADVICE_PARTIAL, "mx.s.example", NULL, NULL},
    {DSMTP_ADVICE_NULL_MX, NULL, NULL, NULL},
};
static const struct dsmtp_outcome advised = {.plan = &secure_plan,
                                             .verdict = DSMTP_VERDICT_DEFER,
                                             .reason = DSMTP_REASON_TLSA_MISMATCH,
                                             .advised = true,
                                             .advice = advice,
                                             .advice_count = CHECK_COUNT(advice)};
static const struct dsmtp_outcome faultless = {.plan = &null_mx,
                                               .verdict = DSMTP_VERDICT_BOUNCE,
                                               .reason = DSMTP_REASON_NULL_MX,
                                               .advised = true};

static void test_text(void)
{
    const struct dsmtp_outcome *const outcomes[] = {&sent,    &bounced, &literal,
                                                    &secured, &advised, &faultless};
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);

    for (size_t i = 0; i < CHECK_COUNT(outcomes); i++) {
        dsmtp_report_text(to, outcomes[i], false);
        (void)fputc('\n', to);
    }
    dsmtp_report_verification_text(to, &verified, false);
    dsmtp_report_verification_text(to, &refused, false);
    dsmtp_report_verification_text(to, &trusted, false);
    (void)fclose(to);
    check_golden("outcomes.txt", text);
    free(text);
}

static void test_json(void)
{
    const struct dsmtp_outcome *const outcomes[] = {&sent,    &bounced, &literal,
                                                    &secured, &advised, &faultless};
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);

    for (size_t i = 0; i < CHECK_COUNT(outcomes); i++)
        check_int(dsmtp_report_json(to, outcomes[i], NULL), DSMTP_OK);
    check_int(dsmtp_report_verification_json(to, &verified), DSMTP_OK);
    check_int(dsmtp_report_verification_json(to, &refused), DSMTP_OK);
    check_int(dsmtp_report_verification_json(to, &trusted), DSMTP_OK);
    (void)fclose(to);
    check_golden("outcomes.json", text);
    free(text);
}

/* Each line is as the schema says. */
static void check_schema(const char *text)
{
    struct schema schema = schema_load("engine/danesmtp.schema.json");
    unsigned lines = 0;

    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1) {
        json_t *value = json_loads(line, JSON_DISABLE_EOF_CHECK, NULL);

        check_rowf("line %u", ++lines);
        check_valid(&schema, value);
        json_decref(value);
    }
    check_true(lines > 0);
    schema_free(&schema);
}

static void test_schema(void)
{
    const struct dsmtp_outcome *const outcomes[] = {&sent, &bounced, &literal, &advised,
                                                    &faultless};
    const struct dsmtp_report_source source = {7, "probe"};
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);

    for (size_t i = 0; i < CHECK_COUNT(outcomes); i++) {
        check_int(dsmtp_report_json(to, outcomes[i], NULL), DSMTP_OK);
        check_int(dsmtp_report_json(to, outcomes[i], &source), DSMTP_OK);
    }
    check_int(dsmtp_report_error_json(to, "a\n\xff", "bad domain", &source), DSMTP_OK);
    check_int(dsmtp_report_verification_json(to, &verified), DSMTP_OK);
    check_int(dsmtp_tables_print(to, DSMTP_GRID_JSON), DSMTP_OK);
    (void)fclose(to);
    check_schema(text);
    check_true(strstr(text, "{\"target\":\"a\\\\x0a\\\\xff\",\"line\":7,\"command\":\"probe\","
                            "\"error\":\"bad domain\"}\n") != NULL);
    free(text);
}

static void test_colour(void)
{
    static const char start[] = "n.example: \033[1;31mbounce\033[0m (policy";
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);

    dsmtp_report_text(to, &bounced, true);
    (void)fclose(to);
    check_true(strncmp(text, start, sizeof(start) - 1) == 0);
    free(text);
}

/* Of a host that is an alias: the MX answer's security, how it was tried and with what result, and
 * what an attempt is called. */
/* clang-format off */
#define AS_HOST ", but only as this host: the MX answer is not secure\n"
static const struct {
    const char *rules;
    enum dsmtp_security mx;
    bool implicit;
    enum dsmtp_level level;
    enum dsmtp_result result;
    const char *want; /* behind the host's unexpanded name (R-7672-2.2.1-10) and its address */
} reached[] = {
    {"R-7672-2.2.1-2",                  DSMTP_SECURITY_SECURE,   false, DSMTP_LEVEL_DANE,    DSMTP_RESULT_AUTHENTICATED, "dane: authenticated\n"},
    {"R-7672-2.2.1-2 R-7672-2.2.1-11",  DSMTP_SECURITY_INSECURE, false, DSMTP_LEVEL_DANE,    DSMTP_RESULT_AUTHENTICATED, "dane: authenticated" AS_HOST},
    {"R-7672-2.2.1-11",                 DSMTP_SECURITY_INSECURE, false, DSMTP_LEVEL_AUDIT,   DSMTP_RESULT_AUTHENTICATED, "audit: authenticated" AS_HOST},
    {"the domain itself is the host",   DSMTP_SECURITY_INSECURE, true,  DSMTP_LEVEL_DANE,    DSMTP_RESULT_AUTHENTICATED, "dane: authenticated\n"},
    {"the operator says who it is",     DSMTP_SECURITY_INSECURE, false, DSMTP_LEVEL_SECURE,  DSMTP_RESULT_AUTHENTICATED, "secure: authenticated\n"},
    {"R-7435-3-3",                      DSMTP_SECURITY_SECURE,   false, DSMTP_LEVEL_ENCRYPT, DSMTP_RESULT_ENCRYPTED,     "encrypt: encrypted\n"},
    {"R-7435-3-3",                      DSMTP_SECURITY_SECURE,   false, DSMTP_LEVEL_AUDIT,   DSMTP_RESULT_ENCRYPTED,     "audit: encrypted\n"},
    {"R-7435-3-3",                      DSMTP_SECURITY_INSECURE, false, DSMTP_LEVEL_MAY,     DSMTP_RESULT_ENCRYPTED,     "may: encrypted\n"},
};
/* clang-format on */

static void test_reached(void)
{
    for (size_t i = 0; i < CHECK_COUNT(reached); i++) {
        bool authenticated = reached[i].result == DSMTP_RESULT_AUTHENTICATED;
        struct dsmtp_host_plan host = {
            .name = "mx.i.example", .level = reached[i].level, .tlsa_base = "real.n.example"};
        struct dsmtp_attempt attempt = {.host = "mx.i.example",
                                        .address = "192.0.2.1",
                                        .level = reached[i].level,
                                        .result = reached[i].result,
                                        .rules = "",
                                        .tls = {.up = true, .authenticated = authenticated}};
        const struct dsmtp_plan p = {.target = "i.example",
                                     .profile = "rfc7672",
                                     .mx_asked = true,
                                     .mx_security = reached[i].mx,
                                     .mx_implicit = reached[i].implicit,
                                     .hosts = &host,
                                     .host_count = 1};
        const struct dsmtp_outcome outcome = {.plan = &p, .attempts = &attempt, .attempt_count = 1};
        char *text = NULL, want[200];
        size_t len;
        FILE *to = open_memstream(&text, &len);

        check_row(reached[i].rules);
        dsmtp_report_text(to, &outcome, false);
        check_int(dsmtp_report_json(to, &outcome, NULL), DSMTP_OK);
        (void)fclose(to);
        snprintf(want, sizeof(want), "  attempt mx.i.example [192.0.2.1] at level %s",
                 reached[i].want);
        check_has(text, want);
        snprintf(want, sizeof(want), "\"mx\":{\"security\":\"%s\"",
                 dsmtp_security_name(reached[i].mx));
        check_true(strstr(text, want) != NULL);
        check_true(strstr(text, "\"host\":\"mx.i.example\"") != NULL);
        check_int(strstr(text, "authenticated") != NULL, authenticated);
        free(text);
    }
}

static const struct {
    const char *given;
    const char *want;
} cleans[] = {
    {"", ""},
    {"plain text ~", "plain text ~"},
    {"\033[31m", "\\x1b[31m"},
    {"a\r\nb\t", "a\\x0d\\x0ab\\x09"},
    {"\\x1b", "\\\\x1b"},
    {"\x7f\x80\xff", "\\x7f\\x80\\xff"},
};

static void test_clean(void)
{
    for (size_t i = 0; i < CHECK_COUNT(cleans); i++) {
        char out[64];

        check_true(dsmtp_clean_room(cleans[i].given) <= sizeof(out));
        check_str(dsmtp_clean(cleans[i].given, out), cleans[i].want);
    }
}

static const struct check_test tests[] = {
    {"text", test_text},
    {"json", test_json},
    {"schema", test_schema},
    {"colour", test_colour},
    {"words for what was reached", test_reached},
    {"nothing escapes", test_clean},
};
SUITE(report, tests);
