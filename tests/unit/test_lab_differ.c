/* test_lab_differ.c - what changed between two runs: kinds, notes, exit status. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "made_runs.h"
#include "report/differ.h"

#define ALIKE "1"
#define END                                      \
    {                                            \
        NULL, NULL, NULL, NULL, NULL, NULL, NULL \
    }

/* clang-format off */
static const struct {
    const char *label;
    const char *before, *was;   /* verdict and outcome; NULL: not in that run */
    const char *after, *is;
    const char *digest;         /* of the scenario in the new run */
    enum lab_change_kind want;  /* COUNT: no change */
    int status;
} kinds[] = {
    {"the same", "PASS", "delivered", "PASS", "delivered", ALIKE, LAB_CHANGE_COUNT, 0},
    {"the same failure", "FAIL:lost", "bounced", "FAIL:lost", "bounced", ALIKE, LAB_CHANGE_COUNT, 0},
    {"fails now", "PASS", "deferred", "FAIL:leak", "delivered", ALIKE, LAB_CHANGE_FAILING, 1},
    {"hangs now", "INFO", "deferred", "HANG", "none", ALIKE, LAB_CHANGE_FAILING, 1},
    {"was skipped, fails", "SKIP", "none", "FAIL:stuck", "deferred", ALIKE, LAB_CHANGE_FAILING, 1},
    {"more harm", "FAIL:stuck", "deferred", "FAIL:leak", "delivered", ALIKE, LAB_CHANGE_WORSE, 1},
    {"only just", "PASS", "delivered", "NON-STRICT", "deferred", ALIKE, LAB_CHANGE_WORSE, 1},
    {"less harm", "FAIL:leak", "delivered", "FAIL:stuck", "deferred", ALIKE, LAB_CHANGE_MANNER, 0},
    {"left open", "PASS", "delivered", "INFO", "deferred", ALIKE, LAB_CHANGE_MANNER, 0},
    {"another end", "PASS", "delivered", "PASS", "deferred", ALIKE, LAB_CHANGE_MANNER, 0},
    {"mended", "FAIL:lost", "bounced", "PASS", "deferred", ALIKE, LAB_CHANGE_MENDED, 0},
    {"mended, just", "CRASH", "crashed", "NON-STRICT", "deferred", ALIKE, LAB_CHANGE_MENDED, 0},
    {"not supported now", "FAIL:lost", "bounced", "UNSUPPORTED", "unsupported", ALIKE, LAB_CHANGE_UNJUDGED, 0},
    {"the adapter broke", "PASS", "deferred", "ADAPTER-ERROR", "none", ALIKE, LAB_CHANGE_UNJUDGED, 3},
    {"judged now", "SKIP", "none", "PASS", "delivered", ALIKE, LAB_CHANGE_MANNER, 0},
    {"another scenario", "PASS", "deferred", "FAIL:leak", "delivered", "2", LAB_CHANGE_SCENARIO, 0},
    {"another scenario, no change", "PASS", "deferred", "PASS", "deferred", "2", LAB_CHANGE_COUNT, 0},
    {"it is not known whether another", "PASS", "deferred", "FAIL:leak", "delivered", NULL, LAB_CHANGE_FAILING, 1},
    {"new", NULL, NULL, "FAIL:leak", "delivered", ALIKE, LAB_CHANGE_APPEARED, 0},
    {"gone", "FAIL:leak", "delivered", NULL, NULL, ALIKE, LAB_CHANGE_GONE, 0},
};
/* clang-format on */

struct pair {
    char old[sizeof(SOME_DIR)], new[sizeof(SOME_DIR)];
    struct lab_runs runs;
    struct lab_differ d;
};

static bool make(struct pair *p, const struct made_case *before, const struct made_case *after,
                 const char *profile, int cut)
{
    char *dirs[2];
    struct lab_fault fault;

    *p = (struct pair){.old = SOME_DIR, .new = SOME_DIR};
    dirs[0] = p->old;
    dirs[1] = p->new;
    made_run(p->old, "rfc7672", before, 0);
    made_run(p->new, profile, after, cut);
    if (!check_int(lab_runs_load(dirs, 2, &p->runs, &fault), 0))
        return false;
    lab_differ_make(&p->runs.list[0], &p->runs.list[1], &p->d);
    return true;
}

static void unmake(struct pair *p)
{
    lab_differ_free(&p->d);
    lab_runs_free(&p->runs);
    made_remove(p->old);
    made_remove(p->new);
}

static void test_kinds(void)
{
    for (size_t i = 0; i < CHECK_COUNT(kinds); i++) {
        const struct made_case both = {"both", "PASS", "delivered", NULL, "x", ALIKE, NULL};
        const struct made_case before[] = {both,
                                           {kinds[i].before != NULL ? "it" : NULL, kinds[i].before,
                                            kinds[i].was, NULL, "x", ALIKE, NULL},
                                           END};
        const struct made_case after[] = {both,
                                          {kinds[i].after != NULL ? "it" : NULL, kinds[i].after,
                                           kinds[i].is, NULL, "y", kinds[i].digest, NULL},
                                          END};
        struct pair p;

        check_row(kinds[i].label);
        if (make(&p, before, after, "rfc7672", 0)) {
            check_uint(p.d.count, kinds[i].want == LAB_CHANGE_COUNT ? 0 : 1);
            check_int(p.d.count > 0 ? p.d.list[0].kind : LAB_CHANGE_COUNT, kinds[i].want);
            check_int(lab_differ_status(&p.d), kinds[i].status);
        }
        unmake(&p);
    }
}

static const struct made_case one[] = {{"a", "PASS", "delivered", NULL, "x", ALIKE, NULL}, END};
static const struct made_case other[] = {{"a", "PASS", "delivered", NULL, "x", "2", NULL}, END};
static const struct made_case another[] = {{"b", "PASS", "delivered", NULL, "x", ALIKE, NULL}, END};
static const struct made_case blind[] = {{"a", "PASS", "delivered", NULL, "x", NULL, NULL}, END};

/* clang-format off */
static const struct {
    const char *label;
    const struct made_case *after;
    const char *profile;
    int cut;
    const char *want;
    int status;
} notes[] = {
    {"nothing to say", one, "rfc7672", 0, "", 0},
    {"no case in both", another, "rfc7672", 0, "not comparable: no case is in both runs\n", 2},
    {"profiles", one, "seed2013", 0, "other profile, so that other things are expected: rfc7672, then seed2013\n", 0},
    {"scenarios", other, "rfc7672", 0, "1 of 1 scenarios are not the same in both runs; what changed in them is listed apart and does not count\n", 0},
    {"no digest", blind, "rfc7672", 0, "of 1 scenario it is not known whether it is the same\n", 0},
    {"cut off", one, "rfc7672", 1, "the new run did not end: only 1 of its cases is recorded\n", 5},
};
/* clang-format on */

static void test_notes(void)
{
    for (size_t i = 0; i < CHECK_COUNT(notes); i++) {
        struct pair p;

        check_row(notes[i].label);
        if (make(&p, one, notes[i].after, notes[i].profile, notes[i].cut)) {
            char *got = lab_differ_notes(&p.d);

            check_str(got, notes[i].want);
            check_int(lab_differ_status(&p.d), notes[i].status);
            free(got);
        }
        unmake(&p);
    }
}

static void test_texts(void)
{
    static const struct made_case before[] = {{"a", "PASS", "deferred", NULL, "wa|s", ALIKE, NULL},
                                              {"z", "PASS", "delivered", NULL, "z", ALIKE, NULL},
                                              END};
    static const struct made_case after[] = {
        {"a", "FAIL:leak", "delivered", NULL, "i|s", ALIKE, NULL}, END};
    struct lab_text text = {0}, markdown = {0};
    struct pair p;

    if (make(&p, before, after, "rfc7672", 0)) {
        lab_differ_text(&p.d, &text);
        lab_differ_markdown(&p.d, &markdown);
        check_true(strstr(text.text, "\nnewly failing (1): fails now and did not before\n"
                                     "  a: PASS, deferred -> FAIL:leak, delivered\n"
                                     "      was  wa|s\n      is   i|s\n") != NULL);
        check_true(strstr(text.text, "\ngone (1): only in the old run\n  1 with PASS\n") != NULL);
        check_true(strstr(text.text, "\n1 newly failing, 1 gone\n") != NULL);
        check_true(strstr(markdown.text, "| a | PASS, deferred \xe2\x86\x92 FAIL:leak, delivered | "
                                         "wa\\|s | i\\|s |\n") != NULL);
    }
    free(text.text);
    free(markdown.text);
    unmake(&p);
}

static const struct check_test tests[] = {
    {"kinds", test_kinds}, {"notes", test_notes}, {"texts", test_texts}};
SUITE(lab_differ, tests);
