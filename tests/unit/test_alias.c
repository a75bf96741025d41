/* test_alias.c - what becomes of a CNAME question that ends as bogus? */
#include <stdio.h>
#include <string.h>

#include "adapt/resolver_alias.h"
#include "check.h"
#include "fakes/manual.h"

#define S(word) DSMTP_SECURITY_##word
#define P(word) DSMTP_PRESENCE_##word
#define N_EXAMPLE "\1n\7example", 11

static struct fake_manual inner;
static struct dsmtp_resolver front;

static struct {
    unsigned count;
    enum dsmtp_security security;
    char name[40];
    char record[260];
    size_t len;
    char why[60];
} got;

static void take(void *arg, const struct dsmtp_answer *a)
{
    (void)arg;
    got.count++;
    got.security = a->security;
    snprintf(got.name, sizeof(got.name), "%.39s", a->query.name);
    snprintf(got.why, sizeof(got.why), "%s", a->why != NULL ? a->why : "");
    check_int(a->query.type, DSMTP_RR_CNAME);
    got.len = a->count == 1 ? a->records[0].len : 0;
    if (got.len <= sizeof(got.record) && got.len > 0)
        memcpy(got.record, a->records[0].data, got.len);
}

static bool open_front(void)
{
    const struct dsmtp_resolver port = fake_manual_port(&inner);

    memset(&inner, 0, sizeof(inner));
    memset(&got, 0, sizeof(got));
    return check_int(dsmtp_resolver_alias_open(&port, &front), DSMTP_OK);
}

struct step {
    const char *name; /* that is asked for; NULL: no more */
    enum dsmtp_security security;
    enum dsmtp_presence presence;
    const char *record;
    size_t len;
};

/* clang-format off */
static const struct {
    const char *label;
    const char *name;
    struct step steps[4];
    enum dsmtp_security want;
    const char *record;
    size_t len;
    const char *why;
} rows[] = {
    {"an answer", "a.d.example",
     {{"a.d.example", S(SECURE), P(DATA), N_EXAMPLE}}, S(SECURE), N_EXAMPLE, ""},
    {"an error", "a.d.example",
     {{"a.d.example", S(ERROR), P(FAILED), NULL, 0}}, S(ERROR), NULL, 0, "inner words"},
    /* R-4035-4.8-1, R-7672-2.1.3-6 */
    {"DNAME above", "a.d.example",
     {{"a.d.example", S(BOGUS), P(FAILED), NULL, 0}, {"d.example", S(SECURE), P(DATA), N_EXAMPLE}},
     S(SECURE), "\1a\1n\7example", 13, ""},
    {"DNAME far above", "a.b.d.example",
     {{"a.b.d.example", S(BOGUS), P(FAILED), NULL, 0}, {"b.d.example", S(SECURE), P(NODATA), NULL, 0},
      {"d.example", S(SECURE), P(NXDOMAIN), NULL, 0}, {"example", S(INSECURE), P(DATA), N_EXAMPLE}},
     S(INSECURE), "\1a\1b\1d\1n\7example", 17, ""},
    {"none", "a.example",
     {{"a.example", S(BOGUS), P(FAILED), NULL, 0}, {"example", S(SECURE), P(NODATA), NULL, 0}},
     S(BOGUS), NULL, 0, "inner words"},
    {"bogus above", "a.d.example",
     {{"a.d.example", S(BOGUS), P(FAILED), NULL, 0}, {"d.example", S(BOGUS), P(FAILED), NULL, 0}},
     S(BOGUS), NULL, 0, "inner words"},
    {"error above", "a.d.example",
     {{"a.d.example", S(BOGUS), P(FAILED), NULL, 0}, {"d.example", S(ERROR), P(FAILED), NULL, 0}},
     S(BOGUS), NULL, 0, "inner words"},
    {"top", "example",
     {{"example", S(BOGUS), P(FAILED), NULL, 0}}, S(BOGUS), NULL, 0, "inner words"},
    {"root", ".",
     {{".", S(BOGUS), P(FAILED), NULL, 0}}, S(BOGUS), NULL, 0, "inner words"},
};
/* clang-format on */

static void test_alias(void)
{
    for (size_t i = 0; i < CHECK_COUNT(rows) && open_front(); i++) {
        const struct dsmtp_query query = {.name = rows[i].name, .type = DSMTP_RR_CNAME};
        unsigned n = 0;

        check_row(rows[i].label);
        check_int(front.ask(front.self, &query, take, &got), DSMTP_OK);
        for (; n < 4 && rows[i].steps[n].name != NULL && inner.asked == n + 1; n++) {
            const struct step *s = &rows[i].steps[n];

            check_uint(got.count, 0);
            check_str(inner.questions[n].name, s->name);
            check_str(dsmtp_rrtype_name(inner.questions[n].type), n == 0 ? "CNAME" : "DNAME");
            fake_manual_answer(&inner, n, s->security, s->presence, s->record, s->len);
        }
        check_uint(inner.asked, n);
        check_true(n == 4 || rows[i].steps[n].name == NULL);
        check_uint(got.count, 1);
        check_str(got.name, rows[i].name);
        check_str(dsmtp_security_name(got.security), dsmtp_security_name(rows[i].want));
        check_mem(got.record, got.len, rows[i].record, rows[i].len);
        check_str(got.why, rows[i].why);
        front.close(front.self);
    }
}

static void test_ends(void)
{
    static const char label[] = "123456789012345678901234567890123456789012345678901234567890123";
    char name[200];
    uint8_t target[200] = {0};
    const struct dsmtp_query cname = {.name = "a.d.example", .type = DSMTP_RR_CNAME};
    const struct dsmtp_query address = {.name = "a.d.example", .type = DSMTP_RR_A};
    const struct dsmtp_query long_name = {.name = name, .type = DSMTP_RR_CNAME};
    int other;

    /* Other types pass; forgotten in the first and in the second step, and at the end. */
    if (!open_front())
        return;
    check_int(front.ask(front.self, &address, take, &other), DSMTP_OK);
    check_true(inner.questions[0].arg == &other);
    check_int(front.ask(front.self, &cname, take, &got), DSMTP_OK);
    check_int(front.ask(front.self, &cname, take, &got), DSMTP_OK);
    check_int(front.ask(front.self, &cname, take, &other), DSMTP_OK);
    fake_manual_answer(&inner, 2, S(BOGUS), P(FAILED), NULL, 0);
    check_uint(inner.asked, 5);
    front.forget(front.self, &got);
    check_uint(inner.forgotten, 2);
    front.close(front.self);
    check_uint(inner.closed, 1);

    /* Refused in the first step, and in the second. */
    if (!open_front())
        return;
    inner.refuse = 1;
    check_int(front.ask(front.self, &cname, take, &got), DSMTP_SYSTEM);
    inner.refuse = 2;
    check_int(front.ask(front.self, &cname, take, &got), DSMTP_OK);
    fake_manual_answer(&inner, 0, S(BOGUS), P(FAILED), NULL, 0);
    check_uint(got.count, 1);
    check_int(got.security, S(BOGUS));
    inner.refuse = 0;

    /* A target of 190 octets behind 65 is one too many (YXDOMAIN). */
    snprintf(name, sizeof(name), "%s.a.d.example", label);
    check_int(front.ask(front.self, &long_name, take, &got), DSMTP_OK);
    fake_manual_answer(&inner, 1, S(BOGUS), P(FAILED), NULL, 0);
    fake_manual_answer(&inner, 2, S(SECURE), P(DATA), (const char *)target, 191);
    check_uint(got.len, 255);
    check_int(front.ask(front.self, &long_name, take, &got), DSMTP_OK);
    fake_manual_answer(&inner, 3, S(BOGUS), P(FAILED), NULL, 0);
    fake_manual_answer(&inner, 4, S(SECURE), P(DATA), (const char *)target, 192);
    check_str(got.why, "the alias is too long");
    check_int(got.security, S(ERROR));
    front.close(front.self);
}

static const struct check_test tests[] = {
    {"below a DNAME", test_alias},
    {"forget, refuse, too long", test_ends},
};
SUITE(alias, tests);
