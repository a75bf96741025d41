/* test_setup.c - set-ups of a sender: what is read, what is refused, what is known in them. */
#include "check.h"
#include "made_files.h"
#include "run/setup.h"

#define TITLES "setup\tresolver\tvariant\tshows\tsays\tremedy\n"

/* Of sender "s". */
#define SETUPS "lab/adapters/s/setups.tsv"

/* clang-format off */
static const struct {
    const char *label;
    const char *text;
    const char *want;
} refused[] = {
    {"a field too few", TITLES "x\t-\t-\tPASS\tsays\n", ":2:1: expected 6 fields"},
    {"no such resolver", TITLES "x\tdnsmasq\t-\tPASS\tsays\tremedy\n", ":2: no resolver \"dnsmasq\""},
    {"no such verdict", TITLES "x\t-\t-\tleak\tsays\tremedy\n", ":2: \"leak\" is no verdict on a sender"},
    {"the lab's fault", TITLES "# note\nx\t-\t-\tLAB-INVALID\tsays\tremedy\n", ":3: \"LAB-INVALID\" is no verdict"},
    {"twice", TITLES "x\t-\t-\tPASS\tsays\tremedy\nx\t-\tv\tPASS\tsays\tremedy\n", ":3: set-up \"x\" is there twice"},
};
/* clang-format on */

static void test_refused(void)
{
    for (size_t i = 0; i < CHECK_COUNT(refused); i++) {
        char root[] = SOME_DIR;
        struct lab_setups setups;
        struct lab_fault fault = {0};

        check_row(refused[i].label);
        if (!made_dir(root))
            return;
        made_file(root, SETUPS, refused[i].text);
        check_int(lab_setups_load(root, "s", &setups, &fault), -1);
        check_int(fault.status, 65);
        check_has(fault.what, refused[i].want);
        made_remove(root);
    }
}

static void test_read(void)
{
    char root[] = SOME_DIR;
    struct lab_setups setups;
    struct lab_fault fault = {0};
    const struct lab_setup *found;

    if (!made_dir(root))
        return;
    made_file(root, SETUPS,
              TITLES
              "a\t-\tx=1\tFAIL:leak\tsays\tremedy\nb\tunbound-no-trust-ad\t-\tPASS\tsays\tr\n");
    check_int(lab_setups_load(root, "s", &setups, &fault), 0);
    check_uint(setups.count, 2);
    found = lab_setup_find(&setups, "b");
    check_true(found != NULL && found->variant == NULL && found->shows == LAB_V_PASS);
    check_str(found != NULL ? found->resolver->name : "", "unbound-no-trust-ad");
    found = lab_setup_find(&setups, "a");
    check_true(found != NULL && found->resolver == NULL && found->shows == LAB_V_LEAK);
    check_str(found != NULL ? found->variant : "", "x=1");
    check_true(lab_setup_find(&setups, "c") == NULL);
    lab_setups_free(&setups);
    check_int(lab_setups_load(root, "without", &setups, &fault), 0);
    check_uint(setups.count, 0);
    lab_setups_free(&setups);
    made_remove(root);
}

/* clang-format off */
static const struct {
    const char *label;
    enum lab_verdict shows, seen;
    bool known, holds;
} judged[] = {
    {"it leaks, as it should",       LAB_V_LEAK, LAB_V_LEAK,          true,  true},
    {"another harm",                 LAB_V_LEAK, LAB_V_STUCK,         true,  false},
    {"no harm after all",            LAB_V_LEAK, LAB_V_PASS,          false, false},
    {"the lab's fault stays one",    LAB_V_LEAK, LAB_V_LAB_INVALID,   false, false},
    {"the adapter's, too",           LAB_V_LEAK, LAB_V_ADAPTER_ERROR, false, false},
    {"a leak where none should be",  LAB_V_PASS, LAB_V_LEAK,          false, true},
};
/* clang-format on */

static void test_judged(void)
{
    for (size_t i = 0; i < CHECK_COUNT(judged); i++) {
        const struct lab_setup setup = {.shows = judged[i].shows};
        struct lab_case k = {.judgement = {.verdict = judged[i].seen}};

        check_row(judged[i].label);
        lab_setup_apply(&setup, &k);
        check_int(k.known != NULL, judged[i].known);
        check_int(lab_setup_holds(&setup, &k, 1), judged[i].holds);
        k.known = NULL;
        lab_setup_apply(NULL, &k);
        check_true(k.known == NULL);
    }
}

static const struct check_test tests[] = {{"files that are refused", test_refused},
                                          {"files that are read", test_read},
                                          {"cases", test_judged}};
SUITE(setup, tests);
