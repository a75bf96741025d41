/* test_setup.c - set-ups of a sender: what is read, what is refused, what is known in them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "run/setup.h"

#define TITLES "setup\tresolver\tvariant\tshows\tsays\tremedy\n"

/* The text as the file of sender "s" below a new directory, whose name is made from root. */
static void put(const char *text, char *root)
{
    struct lab_fault fault;
    char *dir, *path;

    check_true(mkdtemp(root) != NULL);
    dir = lab_format("%s/lab/adapters/s", root);
    path = lab_format("%s/setups.tsv", dir);
    check_true(lab_make_dirs(dir, &fault) == 0 &&
               lab_file_write(path, text, strlen(text), &fault) == 0);
    free(dir);
    free(path);
}

static void drop(const char *root)
{
    static const char *const parts[] = {"/lab/adapters/s/setups.tsv", "/lab/adapters/s",
                                        "/lab/adapters", "/lab", ""};

    for (size_t i = 0; i < CHECK_COUNT(parts); i++) {
        char *path = lab_format("%s%s", root, parts[i]);

        (void)remove(path);
        free(path);
    }
}

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
        char root[] = "/tmp/danelab-unit-XXXXXX";
        struct lab_setups setups;
        struct lab_fault fault = {0};

        check_row(refused[i].label);
        put(refused[i].text, root);
        check_int(lab_setups_load(root, "s", &setups, &fault), -1);
        check_int(fault.status, 65);
        check_has(fault.what, refused[i].want);
        drop(root);
    }
}

static void test_read(void)
{
    char root[] = "/tmp/danelab-unit-XXXXXX";
    struct lab_setups setups;
    struct lab_fault fault = {0};
    const struct lab_setup *found;

    put(TITLES "a\t-\tx=1\tFAIL:leak\tsays\tremedy\nb\tunbound-no-trust-ad\t-\tPASS\tsays\tr\n",
        root);
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
    drop(root);
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
