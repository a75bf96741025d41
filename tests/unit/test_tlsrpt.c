/* test_tlsrpt.c - whole TLS reports: the bytes, the schema, the sums (D28), whatever the order. */
#include "report/tlsrpt.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "model/record.h"
#include "schema.h"

static const uint8_t octets[] = {0x00, 0x11, 0xab, 0xff};

/* clang-format off */
#define RECORD(usage, selector, matching, len, why) {usage, selector, matching, octets, len, usage, DSMTP_UNUSABLE_##why}
static const struct dsmtp_tlsa usable[] = {RECORD(3, 1, 1, 4, NO), RECORD(2, 0, 1, 2, NO), RECORD(3, 1, 2, 3, WEAKER_DIGEST)};
static const struct dsmtp_tlsa turned[] = {RECORD(3, 1, 2, 3, WEAKER_DIGEST), RECORD(3, 1, 1, 4, NO), RECORD(2, 0, 1, 2, NO)};
static const struct dsmtp_tlsa unusable[] = {RECORD(0, 1, 1, 4, USAGE), RECORD(3, 0, 0, 2, SHORT), RECORD(3, 0, 0, 0, SHORT)};
static const struct dsmtp_tlsa anchor[] = {RECORD(2, 0, 1, 4, NO)};
static const char *const names[] = {"mx.e.example", "e.example"};

#define ASKED(list) .tlsa_asked = true, .tlsa_security = DSMTP_SECURITY_SECURE, .tlsa = list, .tlsa_count = sizeof(list) / sizeof((list)[0])
#define LEVEL(name_) .level = DSMTP_LEVEL_##name_
#define WHY(name_) .reason = DSMTP_REASON_##name_
static const char mx[] = "mx.d.example", mx2[] = "mx2.d.example", other[] = "mx.e.example";

static struct dsmtp_host_plan dane[] = {{.name = mx, LEVEL(DANE), WHY(TLSA_USABLE), .tlsa_base = "tlsa.d.example", ASKED(usable)}};
static struct dsmtp_host_plan dane_turned[] = {{.name = mx, LEVEL(DANE), WHY(TLSA_USABLE), .tlsa_base = "tlsa.d.example", ASKED(turned)}};
static struct dsmtp_host_plan encrypt[] = {{.name = mx2, LEVEL(ENCRYPT), WHY(TLSA_UNUSABLE), .tlsa_base = mx2, ASKED(unusable)}};
static struct dsmtp_host_plan usage2[] = {{.name = other, LEVEL(DANE), WHY(TLSA_USABLE), .tlsa_base = other, ASKED(anchor), .names = names, .name_count = 2}};
static struct dsmtp_host_plan mixed[] = {
    {.name = mx2, LEVEL(SKIP), WHY(TLSA_BOGUS), .detail = "signature\nexpired", .tlsa_base = "tlsa2.d.example", .tlsa_asked = true, .tlsa_security = DSMTP_SECURITY_BOGUS},
    {.name = mx, LEVEL(MAY), WHY(TLSA_ABSENT), .tlsa_base = mx, .tlsa_asked = true, .tlsa_security = DSMTP_SECURITY_SECURE},
    {.name = other, LEVEL(SKIP), WHY(ADDRESS_BOGUS), .detail = "no signature"},
};
static struct dsmtp_host_plan late[] = {{.name = mx2, LEVEL(SKIP), WHY(TLSA_ERROR), .detail = DSMTP_WHY_TIMEOUT, .tlsa_base = mx2, .tlsa_asked = true, .tlsa_security = DSMTP_SECURITY_ERROR}};

#define PLAN(nexthop_, hosts_) {.target = nexthop_, .nexthop = nexthop_, .hosts = hosts_, .host_count = sizeof(hosts_) / sizeof((hosts_)[0])}
static const struct dsmtp_plan plans[] = {
    PLAN("d.example", dane), PLAN("d2.example", dane_turned), PLAN("u.example", encrypt), PLAN("e.example", usage2),
    PLAN("m.example", mixed), PLAN("late.example", late),
    {.target = "bogus.example", .nexthop = "bogus.example", WHY(MX_BOGUS), .detail = "no keys"},
};

#define UP   .tls = {.up = true}
#define AUTH .tls = {.up = true, .authenticated = true}
#define BAD(reason_, fault_) .tls = {.up = true, .reason = DSMTP_REASON_##reason_, .fault = DSMTP_CHAIN_FAULT_##fault_}, WHY(reason_)
static const char v4[] = "192.0.2.1", v6[] = "2001:db8::1";
static struct dsmtp_attempt at_d[] = {
    {.host = mx, .address = v6, LEVEL(DANE), AUTH, WHY(SESSION_READY)},
    {.host = mx, .address = v4, LEVEL(DANE), BAD(TLSA_MISMATCH, NO_MATCH)},
};
static struct dsmtp_attempt at_u[] = {{.host = mx2, .address = v4, LEVEL(ENCRYPT), UP, WHY(DELIVERED)}};
static struct dsmtp_attempt at_e[] = {
    {.host = other, .address = v4, LEVEL(DANE), BAD(NAME_MISMATCH, NAME)},
    {.host = other, .address = v6, LEVEL(DANE), BAD(CHAIN_INVALID, EXPIRED), .detail = "certificate has expired"},
    {.host = other, .address = v6, LEVEL(DANE), WHY(STARTTLS_REFUSED), .reply = "454 \xff not now"},
    {.host = other, .address = v6, LEVEL(DANE), WHY(CONNECT_FAILED), .detail = "refused"},
};
/* TLS failed, and the same again in clear; at another address in clear at once. */
static struct dsmtp_attempt at_m[] = {
    {.host = mx, .address = v6, LEVEL(MAY), WHY(TLS_HANDSHAKE), .detail = "no shared cipher"},
    {.host = mx, .address = v6, LEVEL(MAY), WHY(MAIL_REFUSED)},
    {.host = mx, .address = v4, LEVEL(MAY), WHY(DELIVERED)},
};

static struct dsmtp_recipient delivered[] = {{.address = "a@m.example", .settled = true}};
static struct dsmtp_recipient put_off[] = {{.address = "a@m.example", .settled = false}};

#define TRIED(list) .attempts = list, .attempt_count = sizeof(list) / sizeof((list)[0])
static const struct dsmtp_outcome outcomes[] = {
    {.plan = &plans[0], TRIED(at_d)}, {.plan = &plans[1], TRIED(at_d)}, {.plan = &plans[2], TRIED(at_u)}, {.plan = &plans[3], TRIED(at_e)},
    {.plan = &plans[4], TRIED(at_m), .recipients = delivered, .recipient_count = 1}, {.plan = &plans[5]}, {.plan = &plans[6]},
};
static const struct dsmtp_outcome deferred = {.plan = &plans[4], TRIED(at_m), .recipients = put_off, .recipient_count = 1};

/* R-8460-1.1-1: a tlsa policy is of the TLSA base domain. R-8460-4.5-1: its records in presentation form. R-8460-4.2-1: sessions are
 * successes or failures. */
static const char want[] =
"{\"organization-name\":\"Sender\",\"date-range\":{\"start-datetime\":\"2026-01-15T12:00:00Z\",\"end-datetime\":\"2026-01-15T12:00:05Z\"},\"contact-info\":\"tls@s.example\",\"report-id\":\"1@s.example\",\"policies\":[\n"
"  {\"policy\":{\"policy-type\":\"no-policy-found\",\"policy-domain\":\"bogus.example\"},\"summary\":{\"total-successful-session-count\":0,\"total-failure-session-count\":1},\"failure-details\":[{\"result-type\":\"dnssec-invalid\",\"failed-session-count\":1,\"failure-reason-code\":\"mx-bogus: no keys\"}]},\n"
"  {\"policy\":{\"policy-type\":\"no-policy-found\",\"policy-domain\":\"m.example\"},\"summary\":{\"total-successful-session-count\":0,\"total-failure-session-count\":2},\"failure-details\":["
"{\"result-type\":\"starttls-not-supported\",\"sending-mta-ip\":\"198.51.100.1\",\"receiving-mx-hostname\":\"mx.d.example\",\"receiving-ip\":\"192.0.2.1\",\"failed-session-count\":1,\"failure-reason-code\":\"starttls-not-offered-or-refused\"},"
"{\"result-type\":\"validation-failure\",\"receiving-mx-hostname\":\"mx.d.example\",\"receiving-ip\":\"2001:db8::1\",\"failed-session-count\":1,\"failure-reason-code\":\"tls-handshake: no shared cipher\"}]},\n"
"  {\"policy\":{\"policy-type\":\"tlsa\",\"policy-string\":[\"2 0 1 0011abff\"],\"policy-domain\":\"mx.e.example\"},\"summary\":{\"total-successful-session-count\":0,\"total-failure-session-count\":3},\"failure-details\":["
"{\"result-type\":\"certificate-expired\",\"receiving-mx-hostname\":\"mx.e.example\",\"receiving-ip\":\"2001:db8::1\",\"failed-session-count\":1,\"failure-reason-code\":\"expired: certificate has expired\"},"
"{\"result-type\":\"certificate-host-mismatch\",\"sending-mta-ip\":\"198.51.100.1\",\"receiving-mx-hostname\":\"mx.e.example\",\"receiving-ip\":\"192.0.2.1\",\"failed-session-count\":1,\"failure-reason-code\":\"expected mx.e.example, e.example\"},"
"{\"result-type\":\"starttls-not-supported\",\"receiving-mx-hostname\":\"mx.e.example\",\"receiving-ip\":\"2001:db8::1\",\"failed-session-count\":1,\"failure-reason-code\":\"starttls-refused: 454 \\\\xff not now\"}]},\n"
"  {\"policy\":{\"policy-type\":\"tlsa\",\"policy-string\":[\"0 1 1 0011abff\",\"\\\\# 0\",\"\\\\# 2 0011\"],\"policy-domain\":\"mx2.d.example\"},\"summary\":{\"total-successful-session-count\":0,\"total-failure-session-count\":1},\"failure-details\":["
"{\"result-type\":\"tlsa-invalid\",\"sending-mta-ip\":\"198.51.100.1\",\"receiving-mx-hostname\":\"mx2.d.example\",\"receiving-ip\":\"192.0.2.1\",\"failed-session-count\":1,\"failure-reason-code\":\"all-tlsa-records-unusable\"}]},\n"
"  {\"policy\":{\"policy-type\":\"tlsa\",\"policy-string\":[\"2 0 1 0011\",\"3 1 1 0011abff\",\"3 1 2 0011ab\"],\"policy-domain\":\"tlsa.d.example\"},\"summary\":{\"total-successful-session-count\":2,\"total-failure-session-count\":2},\"failure-details\":["
"{\"result-type\":\"certificate-not-trusted\",\"sending-mta-ip\":\"198.51.100.1\",\"receiving-mx-hostname\":\"mx.d.example\",\"receiving-ip\":\"192.0.2.1\",\"failed-session-count\":2,\"failure-reason-code\":\"no-tlsa-match\"}]},\n"
"  {\"policy\":{\"policy-type\":\"tlsa\",\"policy-string\":[],\"policy-domain\":\"tlsa2.d.example\"},\"summary\":{\"total-successful-session-count\":0,\"total-failure-session-count\":1},\"failure-details\":["
"{\"result-type\":\"dnssec-invalid\",\"receiving-mx-hostname\":\"mx2.d.example\",\"failed-session-count\":1,\"failure-reason-code\":\"tlsa-bogus: signature\\\\x0aexpired\"}]}\n"
"]}\n";
/* clang-format on */

/* Known for IPv4 only. */
static bool source(const char *peer, char out[46])
{
    if (strchr(peer, ':') != NULL)
        return false;
    memcpy(out, "198.51.100.1", 13);
    return true;
}

static const struct dsmtp_tlsrpt_head head = {"Sender", "tls@s.example", "1@s.example", 1768478400,
                                              1768478405};

/* The report on outcomes in this order; to be freed. */
static char *report_on(const struct dsmtp_outcome *const *list, size_t count)
{
    struct dsmtp_tlsrpt *t = dsmtp_tlsrpt_open(source);
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);

    for (size_t i = 0; i < count; i++)
        dsmtp_tlsrpt_add(t, list[i]);
    check_int(dsmtp_tlsrpt_write(to, t, &head), DSMTP_OK);
    (void)fclose(to);
    dsmtp_tlsrpt_close(&t);
    return text;
}

static json_int_t number(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

/* R-8460-4.4-1: the schema, and what it cannot say: the failures of a policy add up to no less than
 * its total. */
static void check_report(const char *text)
{
    struct schema schema = schema_load("engine/tlsrpt.schema.json");
    json_t *report = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    const json_t *entry, *failure;
    size_t i, k;

    check_valid(&schema, report);
    json_array_foreach(json_object_get(report, "policies"), i, entry)
    {
        json_int_t sum = 0;

        json_array_foreach(json_object_get(entry, "failure-details"), k, failure) sum +=
            number(failure, "failed-session-count");
        check_true(sum >= number(json_object_get(entry, "summary"), "total-failure-session-count"));
    }
    json_decref(report);
    schema_free(&schema);
}

static void check_text(char *got)
{
    const char *w = want;

    for (char *g = got; *g != '\0' && *w != '\0';) {
        size_t g_len = strcspn(g, "\n"), w_len = strcspn(w, "\n");

        if (!check_mem(g, g_len, w, w_len)) {
            check_str(g, w);
            return;
        }
        g += g_len + 1;
        w += w_len + 1;
    }
    check_uint(strlen(got), sizeof(want) - 1);
}

static void test_report(void)
{
    const struct dsmtp_outcome *list[CHECK_COUNT(outcomes)];

    for (size_t turn = 0; turn < CHECK_COUNT(list); turn++) {
        char *text;

        for (size_t i = 0; i < CHECK_COUNT(list); i++)
            list[(i + turn) % CHECK_COUNT(list)] = &outcomes[turn % 2 == 0 ? i : 6 - i];
        check_rowf("order %zu", turn);
        text = report_on(list, CHECK_COUNT(list));
        check_text(text);
        check_report(text);
        free(text);
    }
}

/* R-8460-4-1: several policies for one target. A delivery that ended well does not look at the
 * hosts behind; one that did not has seen them all.
 */
static void test_reached(void)
{
    const struct dsmtp_outcome *const with = &deferred, *const without = &outcomes[4];
    char *text = report_on(&without, 1);

    check_true(strstr(text, "addr-bogus") == NULL);
    check_report(text);
    free(text);
    text = report_on(&with, 1);
    check_true(strstr(text, "\"policy-string\":[],\"policy-domain\":\"mx.e.example\"") != NULL);
    check_true(strstr(text, "addr-bogus: no signature") != NULL);
    check_report(text);
    free(text);
}

/* D24: delivered in spite of a mismatch, and yet a failure; D1: audited and found good. */
static void test_audit(void)
{
    static struct dsmtp_attempt bad[] = {
        {.host = mx,
         .address = v4,
         .level = DSMTP_LEVEL_AUDIT,
         .reason = DSMTP_REASON_DELIVERED,
         .tls = {.up = true,
                 .reason = DSMTP_REASON_TLSA_MISMATCH,
                 .fault = DSMTP_CHAIN_FAULT_NO_MATCH}},
        {.host = mx,
         .address = v4,
         .level = DSMTP_LEVEL_AUDIT,
         .reason = DSMTP_REASON_DELIVERED,
         .tls = {.up = true, .authenticated = true}},
    };
    static const struct dsmtp_outcome audited = {.plan = &plans[0], TRIED(bad)};
    const struct dsmtp_outcome *const list = &audited;
    char *text = report_on(&list, 1);

    check_true(strstr(text, "\"total-successful-session-count\":1,"
                            "\"total-failure-session-count\":1}") != NULL);
    check_true(strstr(text, "\"result-type\":\"certificate-not-trusted\"") != NULL);
    check_report(text);
    free(text);
}

static void test_empty(void)
{
    const struct dsmtp_outcome *const late_only = &outcomes[5];
    char *text = report_on(&late_only, 1);

    check_true(strstr(text, "\"policies\":[]}\n") != NULL);
    check_report(text);
    free(text);
}

/* The validator refuses what is wrong. */
static void test_validator(void)
{
    static const struct {
        const char *from, *to;
    } changes[] = {
        {"Sender", ""},
        {"T12:00:00Z", " 12:00:00"},
        {"dnssec-invalid", "dnssec-broken!"},
        {"\"failed-session-count\":1", "\"failed-session-count\":-1"},
        {"\"policy-type\":\"tlsa\"", "\"policy-type\":\"dane\""},
        {"\"policy-domain\":\"m.example\"", "\"policy-domain\":\"m.example.\""},
        {"\"policy-domain\":\"m.example\"", "\"policy-domain\":\"M.example\""},
        {"2 0 1 0011abff", "2 0 1 0011ABFF"},
        {"\"summary\"", "\"sumMary\""},
    };
    struct schema schema = schema_load("engine/tlsrpt.schema.json");

    for (size_t i = 0; i < CHECK_COUNT(changes); i++) {
        static char text[sizeof(want) + 100];
        const char *at = strstr(want, changes[i].from);
        json_t *report;

        check_row(changes[i].to);
        if (!check_true(at != NULL))
            continue;
        (void)snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - want), want, changes[i].to,
                       at + strlen(changes[i].from));
        report = json_loads(text, 0, NULL);
        check_true(report != NULL && !schema_holds(&schema, report));
        json_decref(report);
    }
    schema_free(&schema);
}

static const struct check_test tests[] = {
    {"sums", test_report},
    {"hosts that were reached", test_reached},
    {"audit", test_audit},
    {"nothing to report", test_empty},
    {"the schema bites", test_validator},
};
SUITE(tlsrpt, tests);
