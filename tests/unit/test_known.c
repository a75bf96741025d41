/* test_known.c - expect files: what is read, what is refused, and when a row is stale. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "run/claims.h"
#include "run/known.h"

#define HEADER "case\tverdict\toutcome\tversions\tprofiles\treference\twhy\n"

#define SOME_FILE "/tmp/danelab-unit-XXXXXX"

/* The text as a file whose name is made from path; the caller removes it. */
static void put(const char *text, char *path)
{
    struct lab_fault fault;
    int fd = mkstemp(path);

    check_true(fd >= 0 && close(fd) == 0 && lab_file_write(path, text, strlen(text), &fault) == 0);
}

/* clang-format off */
static const struct {
    const char *label;
    const char *text;
    const char *want; /* behind the path in the fault */
} refused[] = {
    {"no header", "x\tFAIL:lost\tbounced\t*\t*\tr\tw\n", ":1: no header; expected case"},
    {"a field too few", HEADER "x\tFAIL:lost\tbounced\t*\t*\tw\n", ":2: 6 fields; expected 7"},
    {"a field too many", HEADER "\nx\tFAIL:lost\tbounced\t*\t*\tr\tw\tz\n", ":3: 8 fields"},
    {"no reason", HEADER "x\tFAIL:lost\tbounced\t*\t*\tr\t\n", ":2: field 7 is empty; expected the why"},
    {"no such verdict", HEADER "x\tFAIL\tbounced\t*\t*\tr\tw\n", ":2: \"FAIL\" is no verdict"},
    {"nothing to know about", HEADER "x\tPASS\tdelivered\t*\t*\tr\tw\n", ":2: \"PASS\" is no verdict"},
    {"the lab's fault", HEADER "# note\nx\tLAB-INVALID\tnone\t*\t*\tr\tw\n", ":3: \"LAB-INVALID\" is no verdict"},
    {"no such outcome", HEADER "x\tFAIL:lost\tlost\t*\t*\tr\tw\n", ":2: \"lost\" is no outcome"},
};
/* clang-format on */

static void test_refused(void)
{
    for (size_t i = 0; i < CHECK_COUNT(refused); i++) {
        struct lab_knowns knowns;
        struct lab_fault fault = {0};
        char path[] = SOME_FILE;

        check_row(refused[i].label);
        put(refused[i].text, path);
        check_int(lab_knowns_load(path, &knowns, &fault), -1);
        check_int(fault.status, 65);
        check_has(fault.what, refused[i].want);
        (void)unlink(path);
    }
}

static const char rows[] = "# two senders' troubles\n" HEADER "\n"
                           "lost*\tFAIL:lost\tbounced\t3.7.*\t*\tbug 1\tbounces\n"
                           "odd\tINFO\tdeferred\t*\trfc7672\tmanual\twaits\n"
                           "dead\tCRASH\tcrashed\t*\t*\tbug 2\tdies\n";

/* clang-format off */
static const struct {
    const char *label;
    const char *name, *version, *profile;
    enum lab_verdict verdict;
    enum lab_report_outcome outcome;
    unsigned line; /* 0: nothing is known */
    bool stale;
} applied[] = {
    {"as the row says", "lost", "3.7.11", "rfc7672", LAB_V_LOST, LAB_R_BOUNCED, 4, false},
    {"for a policy", "lost@dane-only", "3.7.11", "rfc7672", LAB_V_LOST, LAB_R_BOUNCED, 4, false},
    {"another version", "lost", "3.10.0", "rfc7672", LAB_V_LOST, LAB_R_BOUNCED, 0, false},
    {"mended", "lost", "3.7.11", "rfc7672", LAB_V_PASS, LAB_R_DEFERRED, 4, true},
    {"another verdict", "lost", "3.7.11", "rfc7672", LAB_V_LEAK, LAB_R_BOUNCED, 4, true},
    {"another manner", "lost", "3.7.11", "rfc7672", LAB_V_LOST, LAB_R_DEFERRED, 4, true},
    {"no failure", "odd", "1", "rfc7672", LAB_V_INFO, LAB_R_DEFERRED, 5, false},
    {"another profile", "odd", "1", "seed2013", LAB_V_INFO, LAB_R_DEFERRED, 0, false},
    {"another case", "even", "1", "rfc7672", LAB_V_INFO, LAB_R_DEFERRED, 0, false},
    {"died", "dead", "1", "rfc7672", LAB_V_CRASH, LAB_R_CRASHED, 6, false},
    {"the lab's fault is nobody's", "dead", "1", "rfc7672", LAB_V_LAB_INVALID, LAB_R_NONE, 0, false},
    {"not supported", "dead", "1", "rfc7672", LAB_V_UNSUPPORTED, LAB_R_NONE, 0, false},
};
/* clang-format on */

static void test_applied(void)
{
    struct lab_knowns knowns;
    struct lab_fault fault;
    char path[] = SOME_FILE;

    put(rows, path);
    if (!check_int(lab_knowns_load(path, &knowns, &fault), 0))
        return;
    check_uint(knowns.count, 3);
    for (size_t i = 0; i < CHECK_COUNT(applied); i++) {
        char *name = lab_strdup(applied[i].name);
        struct lab_case k = {
            .name = name, .outcome = applied[i].outcome, .judgement.verdict = applied[i].verdict};

        check_row(applied[i].label);
        lab_known_apply(&knowns, applied[i].version, applied[i].profile, &k);
        check_uint(k.known != NULL ? k.known->line : 0, applied[i].line);
        check_int(k.stale, applied[i].stale);
        free(name);
    }
    lab_knowns_free(&knowns);
    (void)unlink(path);
}

static void test_claims(void)
{
    json_t *array = json_loads("[{\"address\":\"198.18.0.7\",\"result\":\"authenticated\"},"
                               "{\"address\":\"198.18.0.8\",\"result\":\"failed\"},"
                               "{\"result\":\"encrypted\"},7,"
                               "{\"address\":\"2001:db8::1\",\"result\":\"cleartext\"}]",
                               0, NULL);
    unsigned count;
    struct lab_claim *claims = lab_claims_read(array, &count);
    json_t *again = lab_claims_json(claims, count);
    char *text = json_dumps(again, JSON_COMPACT);

    check_str(text, "[{\"address\":\"198.18.0.7\",\"result\":\"authenticated\"},"
                    "{\"address\":\"2001:db8::1\",\"result\":\"cleartext\"}]");
    lab_claims_free(claims, count);
    claims = lab_claims_read(NULL, &count);
    check_uint(count, 0);
    lab_claims_free(claims, count);
    free(text);
    json_decref(again);
    json_decref(array);
}

/* clang-format off */
static const struct {
    const char *label;
    enum lab_verdict verdict;
    bool known, stale;
    enum lab_sort want;
} sorts[] = {
    {"passed", LAB_V_PASS, false, false, LAB_SORT_GOOD},
    {"short of best practice", LAB_V_NON_STRICT, false, false, LAB_SORT_GOOD},
    {"known to be short of best practice", LAB_V_NON_STRICT, true, false, LAB_SORT_GOOD},
    {"failed", LAB_V_LEAK, false, false, LAB_SORT_FAILED},
    {"died", LAB_V_CRASH, false, false, LAB_SORT_FAILED},
    {"known to fail", LAB_V_LEAK, true, false, LAB_SORT_KNOWN},
    {"fails otherwise", LAB_V_LEAK, true, true, LAB_SORT_FAILED},
    {"mended", LAB_V_PASS, true, true, LAB_SORT_FAILED},
    {"not judged", LAB_V_SKIP, false, false, LAB_SORT_NEITHER},
    {"known, not judged", LAB_V_UNSUPPORTED, true, false, LAB_SORT_NEITHER},
    {"the adapter broke", LAB_V_ADAPTER_ERROR, false, false, LAB_SORT_BROKEN},
    {"known, the adapter broke", LAB_V_ADAPTER_ERROR, true, false, LAB_SORT_BROKEN},
    {"stale, the adapter broke", LAB_V_ADAPTER_ERROR, true, true, LAB_SORT_BROKEN},
};
/* clang-format on */

static void test_sorts(void)
{
    for (size_t i = 0; i < CHECK_COUNT(sorts); i++) {
        check_row(sorts[i].label);
        check_int((int)lab_verdict_sort_with(sorts[i].verdict, sorts[i].known, sorts[i].stale),
                  (int)sorts[i].want);
    }
}

static const struct check_test tests[] = {{"files that are refused", test_refused},
                                          {"rows and cases", test_applied},
                                          {"what a verdict counts as", test_sorts},
                                          {"claims", test_claims}};
SUITE(known, tests);
