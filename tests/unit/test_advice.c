/* test_advice.c - every piece of advice is given where it should be and nowhere else, and all who
 * name its word name the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advice_case.h"
#include "check.h"
#include "golden.h"

/* clang-format off */
#define R(name)       DSMTP_REASON_##name
#define LEVEL(name)   .level = DSMTP_LEVEL_##name
#define READY         .end = R(SESSION_READY)
#define UNASKED       .survey = DSMTP_PRESENCE_COUNT
#define DANE          LEVEL(DANE), .reason = R(TLSA_USABLE), UNASKED
#define ENCRYPT       LEVEL(ENCRYPT), .reason = R(TLSA_UNUSABLE), UNASKED
#define SKIP(why)     LEVEL(SKIP), .reason = R(why), UNASKED
#define MAY(why)      LEVEL(MAY), .reason = R(why)
#define GOOD          {DANE, .tlsa = "3 1 1 a", .attempts = {{READY, .exam = "h"}, {READY, .exam = "h"}}}
#define AT(...)       {DANE, .tlsa = "3 1 1 a", .attempts = {{__VA_ARGS__}}}
#define ANCHOR(...)   {DANE, .tlsa = "2 0 1 a", .attempts = {{__VA_ARGS__}}}
#define SET(set, sees) {DANE, .tlsa = set, .attempts = {{READY, .exam = sees}}}
#define INSECURE      DSMTP_SECURITY_INSECURE
#define BOGUS         DSMTP_SECURITY_BOGUS
#define FAULT(name)   .fault = DSMTP_CHAIN_FAULT_##name

static const struct advice_case cases[] = {
    {"as it should be",            "", .hosts = {GOOD}},
    {"nothing but 2 0 1",          "", .hosts = {SET("2 0 1 a", "h")}},
    {"nobody was called",          "", .hosts = {{DANE, .tlsa = "3 1 1 a"}}},

    {"MX bogus",                   "mx-lookup-fails", .plan = R(MX_BOGUS), .mx = BOGUS},
    {"MX fails",                   "mx-lookup-fails", .plan = R(MX_ERROR), .mx = DSMTP_SECURITY_ERROR},
    {"null MX",                    "null-mx", .plan = R(NULL_MX), .mx_records = "n"},
    {"null MX and a host",         "null-mx-beside-others", .mx_records = "nh", .hosts = {GOOD}},
    {"insecure MX, host with TLSA","mx-insecure", .mx = INSECURE, .hosts = {GOOD}},
    {"insecure MX, nothing else",  "host-insecure", .mx = INSECURE, .hosts = {{MAY(ADDRESS_INSECURE), .survey = DSMTP_PRESENCE_NODATA}}},
    {"no MX, insecurely",          "", .mx = INSECURE, .implicit = true, .hosts = {GOOD}},
    {"one of two",                 "partial no-tlsa", .hosts = {GOOD, {MAY(TLSA_ABSENT), UNASKED}}},
    {"one of two is skipped",      "tlsa-lookup-fails", .hosts = {GOOD, {SKIP(TLSA_BOGUS)}}},

    {"no address",                 "host-without-address", .hosts = {{SKIP(NO_ADDRESS)}}},
    {"address bogus",              "address-lookup-fails", .hosts = {{SKIP(ADDRESS_BOGUS)}}},
    {"alias fails",                "address-lookup-fails", .hosts = {{SKIP(ALIAS_ERROR)}}},
    {"AAAA fails",                 "address-lookup-half-fails", .hosts = {{DANE, .tlsa = "3 1 1 a", .aaaa_fails = true}}},
    {"AAAA fails, and the host",   "address-lookup-fails", .hosts = {{SKIP(ADDRESS_BOGUS), .aaaa_fails = true}}},
    {"alias, records at both ends","mx-alias", .hosts = {{DANE, .tlsa = "3 1 1 a", .alias = "mx.target.example", .own_base = true, .other_base = true}}},
    {"alias, records at it",       "mx-alias tlsa-at-alias-only", .hosts = {{DANE, .tlsa = "3 1 1 a", .alias = "mx.target.example", .own_base = true}}},
    {"alias, records at target",   "mx-alias tlsa-at-target-only", .hosts = {{DANE, .tlsa = "3 1 1 a", .alias = "mx.target.example", .other_base = true}}},
    {"no MX, an alias",            "tlsa-at-target-only", .implicit = true, .hosts = {{DANE, .tlsa = "3 1 1 a", .alias = "mx.target.example", .other_base = true}}},
    {"insecure host",              "host-insecure", .hosts = {{MAY(ADDRESS_INSECURE), .survey = DSMTP_PRESENCE_NXDOMAIN}}},
    {"insecure host with TLSA",    "tlsa-at-insecure-host", .hosts = {{MAY(ADDRESS_INSECURE), .survey = DSMTP_PRESENCE_DATA}}},
    {"insecure host, TLSA fails",  "tlsa-lookup-fails-unsigned host-insecure", .hosts = {{MAY(ADDRESS_INSECURE), .survey = DSMTP_PRESENCE_FAILED}}},

    {"no TLSA",                    "no-tlsa", .hosts = {{MAY(TLSA_ABSENT), UNASKED}}},
    {"insecure TLSA",              "tlsa-insecure", .hosts = {{MAY(TLSA_INSECURE), UNASKED, .tlsa = "3 1 1 a", .records = INSECURE}}},
    {"insecure absence of TLSA",   "no-tlsa", .hosts = {{MAY(TLSA_INSECURE), UNASKED, .records = INSECURE}}},
    {"TLSA fails",                 "tlsa-lookup-fails", .hosts = {{SKIP(TLSA_ERROR)}}},
    {"a literal",                  "", .hosts = {{MAY(ADDRESS_LITERAL), UNASKED}}},
    {"hosts share",                "tlsa-shared", .hosts = {GOOD, GOOD}},
    {"hosts share an anchor",      "", .hosts = {SET("2 0 1 a", "h"), SET("2 0 1 a", "h")}},
    {"one host under two names",   "", .hosts = {GOOD, {DANE, .tlsa = "3 1 1 a", .base = "mx1.d.example"}}},
    {"hosts do not share",         "", .hosts = {GOOD, SET("3 1 1 b", "h")}},

    {"usage 0",                    "all-unusable usage-0-or-1", .hosts = {{ENCRYPT, .tlsa = "0 0 1 a"}}},
    {"usage 1 beside 3",           "usage-0-or-1", .hosts = {SET("3 1 1 a, 1 1 1 a", "h.")}},
    {"usage 4",                    "all-unusable unknown-parameter", .hosts = {{ENCRYPT, .tlsa = "4 1 1 a"}}},
    {"selector 2",                 "unknown-parameter", .hosts = {SET("3 1 1 a, 3 2 1 a", "h.")}},
    {"matching type 3, twice",     "unknown-parameter", .hosts = {SET("3 1 1 a, 3 1 3 a, 3 1 3 b", "h..")}},
    {"digest too short",           "malformed-record", .hosts = {SET("3 1 1 a, 3 1 1 a 31", "h.")}},
    {"no data",                    "malformed-record", .hosts = {SET("3 1 1 a, 3 1 1 a 0", "h.")}},
    {"no certificate",             "malformed-record", .hosts = {SET("3 1 1 a, 3 0 0 a 40", "h.")}},
    {"the whole key",              "full-data", .hosts = {SET("3 1 0 a", "h")}},
    {"large answer",               "malformed-record answer-too-big", .hosts = {SET("3 1 1 a, 3 0 0 a 1100", "h.")}},
    {"SHA2-512",                   "sha512-only", .hosts = {SET("3 1 2 a", "h")}},
    {"SHA2-512 beside another's",  "sha512-only", .hosts = {SET("3 1 2 a, 2 0 1 a", "hh")}},
    {"both digests",               "", .hosts = {SET("3 1 2 a, 3 1 1 a", "hh")}},
    {"both, and one more",         "digests-uneven record-unmatched", .detail = "3 1: 2 of SHA2-256, 1 of SHA2-512", .hosts = {SET("3 1 2 a, 3 1 1 a, 3 1 1 b", "hh-")}},
    {"certificate only",           "certificate-pinned", .hosts = {SET("3 0 1 a", "h")}},
    {"certificate and key",        "", .hosts = {SET("3 0 1 a, 3 1 1 a", "hh")}},
    {"certificate and next key",   "combination-fails certificate-pinned", .hosts = {SET("3 0 1 a, 3 1 1 a", "h-")}},
    {"anchor by key",              "anchor-by-key", .hosts = {SET("2 1 1 a", "h")}},
    {"a week",                     "ttl-long", .detail = "604800 s", .hosts = {{DANE, .tlsa = "3 1 1 a", .ttl = 604800}}},
    {"a day",                      "", .hosts = {{DANE, .tlsa = "3 1 1 a", .ttl = 86400}}},
    {"signed for a year",          "signature-long", .detail = "365 days", .hosts = {{DANE, .tlsa = "3 1 1 a", .lifetime = 365 * 86400}}},

    {"RSASHA1",                    "dnssec-sha1", .algorithm = 5, .ds_digest = 2, .hosts = {GOOD}},
    {"RSASHA1-NSEC3-SHA1",         "dnssec-sha1", .algorithm = 7, .ds_digest = 2, .hosts = {GOOD}},
    {"DS with SHA-1",              "ds-sha1", .algorithm = 13, .ds_digest = 1, .hosts = {GOOD}},
    {"NSEC3 with iterations",      "nsec3-iterations", .detail = "1", .algorithm = 13, .ds_digest = 2, .iterations = 1, .hosts = {GOOD}},
    {"a modern zone",              "", .algorithm = 13, .ds_digest = 2, .hosts = {GOOD}},

    {"no connection",              "unreachable", .hosts = {AT(.end = R(CONNECT_FAILED))}},
    {"a plain host is down",       "unreachable no-tlsa", .hosts = {{MAY(TLSA_ABSENT), UNASKED, .attempts = {{.end = R(CONNECT_FAILED)}}}}},
    {"greeting refused",           "session-fails", .detail = "the server's words", .hosts = {AT(.end = R(GREETING_REFUSED))}},
    {"silence",                    "session-fails", .hosts = {AT(.end = R(TIMEOUT))}},
    {"no STARTTLS",                "no-starttls", .hosts = {AT(.end = R(NO_STARTTLS))}},
    {"STARTTLS refused",           "no-starttls all-unusable unknown-parameter", .hosts = {{ENCRYPT, .tlsa = "9 9 9 a", .attempts = {{.end = R(STARTTLS_REFUSED)}}}}},
    {"no STARTTLS, none owed",     "no-tlsa", .hosts = {{MAY(TLSA_ABSENT), UNASKED, .attempts = {{.end = R(NO_STARTTLS)}}}}},
    {"TLS 1.1 only",               "tls-too-old", .hosts = {AT(.end = R(TLS_HANDSHAKE), .refusal = DSMTP_REFUSAL_VERSION)}},
    {"TLS 1.0, let in",            "tls-too-old", .hosts = {AT(READY, .exam = "h", .version = "TLSv1")}},
    {"TLS 1.2",                    "", .hosts = {AT(READY, .exam = "h", .version = "TLSv1.2")}},
    {"name not known",             "server-name-refused", .hosts = {AT(.end = R(TLS_HANDSHAKE), .refusal = DSMTP_REFUSAL_SERVER_NAME)}},
    {"handshake",                  "handshake-fails", .hosts = {AT(.end = R(TLS_HANDSHAKE))}},
    {"handshake, none owed",       "session-fails no-tlsa", .hosts = {{MAY(TLSA_ABSENT), UNASKED, .attempts = {{.end = R(TLS_HANDSHAKE)}}}}},
    {"a name is demanded",         "server-name-demanded", .hosts = {AT(READY, .exam = "h", .again = R(TLS_HANDSHAKE))}},
    {"no name is demanded",        "", .hosts = {AT(READY, .exam = "h", .again = R(SESSION_READY))}},
    {"the second is cut off",      "", .hosts = {AT(READY, .exam = "h", .again = R(CONNECTION_LOST))}},
    {"STARTTLS appears",           "no-starttls starttls-not-always", .hosts = {AT(.end = R(NO_STARTTLS), .again = R(SESSION_READY))}},
    {"STARTTLS goes",              "starttls-not-always", .hosts = {AT(READY, .exam = "h", .again = R(NO_STARTTLS))}},
    {"never STARTTLS",             "no-starttls", .hosts = {AT(.end = R(NO_STARTTLS), .again = R(NO_STARTTLS))}},
    {"two keys, two records",      "addresses-differ", .hosts = {{DANE, .tlsa = "3 1 1 a, 3 1 1 b", .attempts = {{READY, .exam = "h-", .key = 'a'}, {READY, .exam = "-h", .key = 'b'}}}}},
    {"one address has another key","no-match addresses-differ", .hosts = {{DANE, .tlsa = "3 1 1 a", .attempts = {{READY, .exam = "h", .key = 'a'}, {.end = R(TLSA_MISMATCH), FAULT(NO_MATCH), .exam = "-", .key = 'b'}}}}},

    {"no match",                   "no-match", .detail = "OpenSSL's words", .hosts = {AT(.end = R(TLSA_MISMATCH), FAULT(NO_MATCH), .exam = "-")}},
    {"no match under audit",       "no-match", .hosts = {{LEVEL(AUDIT), .reason = R(TLSA_USABLE), UNASKED, .tlsa = "3 1 1 a", .attempts = {{READY, FAULT(NO_MATCH), .exam = "-"}}}}},
    {"anchor not sent",            "anchor-not-sent", .hosts = {ANCHOR(.end = R(TLSA_MISMATCH), FAULT(ANCHOR_MISSING), .exam = "-")}},
    {"issuer not sent",            "chain-invalid", .hosts = {ANCHOR(.end = R(TLSA_MISMATCH), FAULT(ISSUER), .exam = "-")}},
    {"wrong name",                 "name-mismatch", .hosts = {ANCHOR(.end = R(NAME_MISMATCH), FAULT(NAME), .exam = "-")}},
    {"wide wildcard",              "name-mismatch wildcard-too-wide", .hosts = {ANCHOR(.end = R(NAME_MISMATCH), FAULT(NAME), .exam = "w")}},
    {"expired",                    "certificate-out-of-date", .hosts = {ANCHOR(.end = R(CHAIN_INVALID), FAULT(EXPIRED), .exam = "-")}},
    {"not yet valid",              "certificate-out-of-date", .hosts = {ANCHOR(.end = R(CHAIN_INVALID), FAULT(NOT_YET_VALID), .exam = "-")}},
    {"too weak",                   "chain-too-weak", .hosts = {ANCHOR(.end = R(CHAIN_INVALID), FAULT(WEAK), .exam = "-")}},
    {"not for servers",            "chain-invalid", .hosts = {ANCHOR(.end = R(CHAIN_INVALID), FAULT(PURPOSE), .exam = "-")}},
    {"anchor in DNS only", "anchor-in-dns-only full-data", .hosts = {SET("2 0 0 a", "H")}},
    {"the leaf as an anchor",      "anchor-not-sent usage-2-names-the-server", .hosts = {ANCHOR(.end = R(TLSA_MISMATCH), FAULT(ANCHOR_MISSING), .exam = "l")}},
    {"the issuer as a leaf",       "no-match usage-3-names-an-issuer", .hosts = {AT(.end = R(TLSA_MISMATCH), FAULT(NO_MATCH), .exam = "i")}},
    {"one combination holds",      "combination-fails", .hosts = {SET("3 1 1 a, 2 0 1 b", "h-")}},
    {"one holds, the other way",   "combination-fails", .detail = "2 0 1: no-match", .hosts = {SET("2 0 1 b, 3 1 1 a", "-h")}},
    {"next key",                   "record-unmatched", .detail = "3 1 1 62626262..., 1 of them", .hosts = {SET("3 1 1 a, 3 1 1 b", "h-")}},
    {"other keys",                 "record-unmatched", .detail = "3 1 1 62626262..., 2 of them", .hosts = {SET("3 1 1 a, 3 1 1 b, 3 1 1 c", "h--")}},
    {"others in both ways",        "record-unmatched record-unmatched", .detail = "3 1 1 62626262..., 1 of them", .hosts = {SET("3 1 1 a, 3 0 1 a, 3 1 1 b, 3 0 1 b", "hh--")}},
    {"everything that is odd",     "usage-0-or-1 usage-0-or-1 usage-0-or-1 unknown-parameter unknown-parameter unknown-parameter unknown-parameter malformed-record malformed-record",
     .hosts = {SET("3 1 1 a, 0 0 1 a, 1 0 1 a, 1 1 1 a, 4 1 1 a, 5 1 1 a, 3 1 3 a, 3 2 1 a, 3 1 1 a 3, 3 0 1 a 3", "h.........")}},
    {"two of SHA2-512",            "sha512-only record-unmatched", .detail = "3 1", .hosts = {SET("3 1 2 a, 3 1 2 b", "h-")}},
};
/* clang-format on */

static void put_words(const struct dsmtp_outcome *o, char *out, size_t room)
{
    out[0] = '\0';
    for (unsigned i = 0; i < o->advice_count; i++) {
        size_t used = strlen(out);

        (void)snprintf(out + used, room - used, "%s%s", i > 0 ? " " : "",
                       dsmtp_advice_row(o->advice[i].kind)->word);
    }
}

static void test_each(void)
{
    bool given[DSMTP_ADVICE_COUNT] = {false};

    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        struct advice_stage s;
        char got[400];

        check_row(cases[i].label);
        advice_stage_init(&s, &cases[i]);
        check_int(dsmtp_advise(&s.arena, &s.survey, &s.outcome), DSMTP_OK);
        check_true(s.outcome.advised);
        put_words(&s.outcome, got, sizeof(got));
        check_str(got, cases[i].want);
        if (cases[i].detail != NULL && s.outcome.advice_count > 0)
            check_str(s.outcome.advice[0].detail, cases[i].detail);
        for (unsigned k = 0; k < s.outcome.advice_count; k++)
            given[s.outcome.advice[k].kind] = true;
        check_true(dsmtp_advice_alarms(&s.outcome) ==
                   (s.outcome.advice_count > 0 &&
                    dsmtp_advice_row(s.outcome.advice[0].kind)->severity == DSMTP_SEVERITY_ERROR));
        advice_stage_fini(&s);
    }
    for (unsigned k = 0; k < DSMTP_ADVICE_COUNT; k++) {
        check_row(dsmtp_advice_row(k)->word);
        check_true(given[k]);
    }
}

/* Memory that runs out is told, and never a shorter list. */
static void test_starved(void)
{
    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        enum dsmtp_status status = DSMTP_NOMEM;

        check_row(cases[i].label);
        for (size_t room = 0; status != DSMTP_OK; room += 16) {
            struct advice_stage s;

            advice_stage_init(&s, &cases[i]);
            s.arena.limit = s.arena.used + room;
            status = dsmtp_advise(&s.arena, &s.survey, &s.outcome);
            if (status != DSMTP_OK)
                check_int(status, DSMTP_NOMEM);
            check_true(s.outcome.advised == (status == DSMTP_OK));
            advice_stage_fini(&s);
            if (!check_true(room < 20000))
                return;
        }
    }
}

/* Manual page and schema know every word. */
static void test_words(void)
{
    char *man = kept_text("engine/man/danesmtp.1");
    char *schema = kept_text("engine/danesmtp.schema.json");

    for (unsigned k = 0; man != NULL && schema != NULL && k < DSMTP_ADVICE_COUNT; k++) {
        const struct dsmtp_advice_row *row = dsmtp_advice_row(k);
        char item[80];

        check_row(row->word);
        (void)snprintf(item, sizeof(item), "\n.It Cm %s\n", row->word);
        check_true(strstr(man, item) != NULL);
        (void)snprintf(item, sizeof(item), "\"%s\"", row->word);
        check_true(strstr(schema, item) != NULL);
        check_true(row->rules[0] != '\0' && row->what[0] != '\0' && row->consequence[0] != '\0' &&
                   row->remedy[0] != '\0');
    }
    free(man);
    free(schema);
}

static const struct check_test tests[] = {
    {"each", test_each}, {"starved", test_starved}, {"words", test_words}};
SUITE(advice, tests);
