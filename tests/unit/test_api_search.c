/* test_api_search.c - the public search: real DNS messages in, a plan out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_search.h"
#include "check.h"

#define SEC DSMTP_SECURITY_SECURE
#define INS DSMTP_SECURITY_INSECURE
#define BAD DSMTP_SECURITY_BOGUS
#define ERR DSMTP_SECURITY_ERROR
#define D "d.example"
#define M "mx.d.example"
#define T "_25._tcp.mx.d.example"
#define RECORD "\3\1\1abcdefghijklmnopqrstuvwxyz012345"

/* clang-format off */
#define MX(sec)       {D, DSMTP_RR_MX, DATA, sec, M, 0, NULL}
#define A(sec)        {M, DSMTP_RR_A, DATA, sec, NULL, 0, NULL}
#define TLSA(kind, sec, why) {T, DSMTP_RR_TLSA, kind, sec, RECORD, 35, why}

static const struct {
    const char *label;
    const char *target, *policy;
    struct api_row rows[API_ROWS_MAX];
    const char *want;
    unsigned rounds;
} cases[] = {
    {"usable",              D, NULL, {MX(SEC), A(SEC), TLSA(DATA, SEC, NULL)}, "attempt TLSA_USABLE | mx.d.example dane TLSA_USABLE", 3},
    {"insecure MX",         D, NULL, {MX(INS), A(INS)}, "attempt ADDRESS_INSECURE | mx.d.example may ADDRESS_INSECURE", 2},
    {"no TLSA",             D, NULL, {MX(SEC), A(SEC)}, "attempt TLSA_ABSENT | mx.d.example may TLSA_ABSENT", 3},
    {"dane-only",           D, "dane-only", {MX(SEC), A(SEC)}, "defer DANE_REQUIRED | mx.d.example skip DANE_REQUIRED", 3},
    {"another policy",      D, "secure match=nexthop", {MX(INS), A(INS)}, "attempt LOCAL_POLICY | mx.d.example secure LOCAL_POLICY", 2},
    /* R-7672-2.1.1-11: only a proven answer is an absence. */
    {"bogus",               D, NULL, {MX(SEC), A(SEC), TLSA(NOTHING, BAD, "its words")}, "defer TLSA_BOGUS | mx.d.example skip TLSA_BOGUS: its words", 3},
    {"bogus with a reply",  D, NULL, {MX(SEC), A(SEC), TLSA(DATA, BAD, NULL)}, "defer TLSA_BOGUS | mx.d.example skip TLSA_BOGUS", 3},
    {"bogus, extended",     D, NULL, {MX(SEC), A(SEC), TLSA(EXTENDED, BAD, NULL)}, "defer TLSA_BOGUS | mx.d.example skip TLSA_BOGUS: EDE 9 DNSKEY missing: why?", 3},
    {"lost",                D, NULL, {MX(SEC), A(SEC), TLSA(NOTHING, ERR, NULL)}, "defer TLSA_ERROR | mx.d.example skip TLSA_ERROR", 3},
    {"SERVFAIL",            D, NULL, {MX(SEC), A(SEC), TLSA(FAILS, INS, NULL)}, "defer TLSA_ERROR | mx.d.example skip TLSA_ERROR: SERVFAIL", 3},
    {"cut, called secure",  D, NULL, {MX(SEC), A(SEC), TLSA(CUT, SEC, NULL)}, "defer TLSA_ERROR | mx.d.example skip TLSA_ERROR: the reply is truncated", 3},
    {"half, called secure", D, NULL, {MX(SEC), A(SEC), TLSA(HALF, SEC, NULL)}, "defer TLSA_ERROR | mx.d.example skip TLSA_ERROR: the reply ends in an alias without its target", 3},
    {"rubbish",             D, NULL, {MX(SEC), A(SEC), TLSA(RUBBISH, SEC, NULL)}, "defer TLSA_ERROR | mx.d.example skip TLSA_ERROR: not a reply to the question", 3},
    {"no such domain",      D, NULL, {{D, DSMTP_RR_MX, DENIED, SEC, NULL, 0, NULL}}, "bounce NO_SUCH_DOMAIN", 1},
    /* What asks nothing has its plan at once. */
    {"address literal",     "[192.0.2.1]", NULL, {{.name = NULL}}, "attempt ADDRESS_LITERAL | 192.0.2.1 may ADDRESS_LITERAL", 0},
};
/* clang-format on */

static void test_plans(void)
{
    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        const struct dsmtp_request request = {
            .size = sizeof(request), .target = cases[i].target, .policy = cases[i].policy};
        struct dsmtp_search *search;
        struct dsmtp_fault fault;
        unsigned rounds;
        char text[400] = "no plan";

        check_row(cases[i].label);
        if (!check_int(dsmtp_search_open(&request, NULL, &search, &fault), DSMTP_OK))
            continue;
        check_int(api_answer(search, cases[i].rows, &rounds), DSMTP_OK);
        if (check_true(dsmtp_search_plan(search) != NULL))
            api_describe(dsmtp_search_plan(search), text, sizeof(text));
        check_str(text, cases[i].want);
        check_uint(rounds, cases[i].rounds);
        dsmtp_search_close(&search);
        check_true(search == NULL);
    }
}

/* The host is an alias into an insecure zone, by a DNAME record: the validator calls a question for
 * the alias itself bogus, and the DNAME record secure (R-4035-4.8-1). */
static void test_dname(void)
{
    static const struct api_row rows[] = {
        {"d.example", DSMTP_RR_MX, DATA, SEC, "mx.old.example", 0, NULL},
        {"mx.old.example", DSMTP_RR_CNAME, NOTHING, BAD, NULL, 0, "no signature"},
        {"old.example", DSMTP_RR_DNAME, DATA, SEC, "new.example", 0, NULL},
        {.name = NULL}};
    const struct dsmtp_request request = {.size = sizeof(request), .target = D};
    struct dsmtp_search *search;
    struct dsmtp_ask ask;
    struct reply r;
    bool dname = false;

    if (!check_int(dsmtp_search_open(&request, NULL, &search, NULL), DSMTP_OK))
        return;
    while (dsmtp_search_want(search, &ask) == DSMTP_OK) {
        enum dsmtp_status fed;

        dname = dname || ask.type == DSMTP_RR_DNAME;
        reply_begin(&r, 0, ask.name, (enum dsmtp_rrtype)ask.type);
        if (ask.type == DSMTP_RR_A) {
            reply_alias(&r, ask.name, "mx.new.example");
            reply_address(&r, "mx.new.example");
        }
        if (ask.type == DSMTP_RR_MX)
            reply_add(&r, AN, ask.name, DSMTP_RR_MX, "\0\012\2mx\3old\7example", 18);
        if (ask.type == DSMTP_RR_DNAME)
            reply_add(&r, AN, ask.name, DSMTP_RR_DNAME, "\3new\7example", 13);
        if (ask.type == DSMTP_RR_CNAME)
            fed = dsmtp_search_feed(search, ask.id, NULL, 0, BAD, rows[1].why);
        else
            fed = dsmtp_search_feed(search, ask.id, r.bytes, r.len,
                                    ask.type == DSMTP_RR_A ? INS : SEC, NULL);
        check_int(fed, DSMTP_OK);
    }
    check_true(dname);
    if (check_true(dsmtp_search_plan(search) != NULL)) {
        char text[200];

        api_describe(dsmtp_search_plan(search), text, sizeof(text));
        check_str(text, "attempt TLSA_ABSENT | mx.old.example may TLSA_ABSENT");
    }
    dsmtp_search_close(&search);
}

static void test_misuse(void)
{
    const struct dsmtp_request request = {.size = sizeof(request), .target = D};
    struct dsmtp_search *search;
    struct dsmtp_ask ask;

    if (!check_int(dsmtp_search_open(&request, NULL, &search, NULL), DSMTP_OK))
        return;
    check_true(dsmtp_search_plan(search) == NULL);
    check_int(dsmtp_search_feed(search, 1, NULL, 0, ERR, NULL), DSMTP_MISUSE);
    check_int(dsmtp_search_want(search, &ask), DSMTP_OK);
    check_str(ask.name, D);
    check_uint(ask.type, DSMTP_RR_MX);
    check_int(dsmtp_search_want(search, &ask), DSMTP_AGAIN);
    check_int(dsmtp_search_feed(search, ask.id, NULL, 0, SEC, NULL), DSMTP_MISUSE);
    check_int(dsmtp_search_feed(search, ask.id, NULL, 0, INS, NULL), DSMTP_MISUSE);
    check_int(dsmtp_search_feed(search, ask.id, NULL, 0, DSMTP_SECURITY_COUNT, NULL), DSMTP_MISUSE);
    check_int(dsmtp_search_feed(search, ask.id + 1, NULL, 0, ERR, NULL), DSMTP_MISUSE);
    check_int(dsmtp_search_feed(search, ask.id, NULL, 0, ERR, NULL), DSMTP_OK);
    check_int(dsmtp_search_feed(search, ask.id, NULL, 0, ERR, NULL), DSMTP_MISUSE);
    check_true(dsmtp_search_plan(search) != NULL);
    check_int(dsmtp_search_want(search, &ask), DSMTP_AGAIN);
    dsmtp_search_close(&search);
    dsmtp_search_close(&search);
}

/* With questions out and with all of it printed: nothing leaks. */
static void test_print(void)
{
    static const struct api_row rows[] = {MX(SEC), A(SEC), TLSA(DATA, SEC, NULL), {.name = NULL}};
    const struct dsmtp_request request = {.size = sizeof(request), .target = D ":587"};
    const char *const settings[] = {"port_label=25", NULL};
    const struct dsmtp_client_options options = {.size = sizeof(options), .settings = settings};
    struct dsmtp_search *search;
    unsigned rounds;
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);

    if (!check_int(dsmtp_search_open(&request, &options, &search, NULL), DSMTP_OK))
        return;
    check_int(api_answer(search, rows, &rounds), DSMTP_OK);
    if (check_true(dsmtp_search_plan(search) != NULL))
        check_int(dsmtp_plan_print(dsmtp_search_plan(search), true, to), DSMTP_OK);
    (void)fclose(to);
    check_true(strstr(text, "\"profile\":\"rfc7672+port_label=25\"") != NULL);
    check_true(strstr(text, "\"level\":\"dane\"") != NULL && text[len - 1] == '\n');
    free(text);
    dsmtp_search_close(&search);
}

static const struct check_test tests[] = {
    {"plans", test_plans},
    {"an alias below a DNAME record", test_dname},
    {"misuse", test_misuse},
    {"a plan as text for machines", test_print},
};
SUITE(api_search, tests);
