/* test_profile.c - profiles and switches. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/profile.h"
#include "golden.h"

static unsigned values_of(unsigned which)
{
    unsigned count = 0;

    while (dsmtp_switch_info((enum dsmtp_switch)which)->values[count] != NULL)
        count++;
    return count;
}

static void test_switches(void)
{
    for (unsigned i = 0; i < DSMTP_SWITCH_COUNT; i++) {
        const struct dsmtp_switch_info *info = dsmtp_switch_info((enum dsmtp_switch)i);

        check_row(info->word);
        check_true(info->max != 0 ? values_of(i) == 0
                                  : values_of(i) >= 2 && values_of(i) <= DSMTP_SWITCH_VALUES_MAX);
        check_true(info->says[0] != '\0');
        check_true(info->rules[0] != '\0');
        for (unsigned k = 0; k < i; k++)
            check_true(strcmp(info->word, dsmtp_switch_info((enum dsmtp_switch)k)->word) != 0);
    }
}

static void test_profiles(void)
{
    const struct dsmtp_profile *p;

    check_str(dsmtp_profile_at(0)->name, "rfc7672");
    for (unsigned i = 0; (p = dsmtp_profile_at(i)) != NULL; i++) {
        check_row(p->name);
        check_true(dsmtp_profile_find(p->name) == p);
        for (unsigned k = 0; k < DSMTP_SWITCH_COUNT; k++)
            check_true(dsmtp_switch_info(k)->max != 0
                           ? p->value[k] >= 1 && p->value[k] <= dsmtp_switch_info(k)->max
                           : p->value[k] < values_of(k));
    }
    check_true(dsmtp_profile_find("rfc767") == NULL);
    check_true(dsmtp_profile_find("") == NULL);
}

/* Each value, in words or as a number, can be set and reads the same. */
static void test_set_each(void)
{
    for (unsigned i = 0; i < DSMTP_SWITCH_COUNT; i++) {
        const struct dsmtp_switch_info *info = dsmtp_switch_info((enum dsmtp_switch)i);

        for (uint16_t v = info->max != 0 ? 1 : 0;
             info->max != 0 ? v <= info->max : info->values[v] != NULL; v++) {
            struct dsmtp_profile profile = *dsmtp_profile_at(0);
            struct dsmtp_profile want = profile;
            struct dsmtp_fault fault;
            char setting[100], number[DSMTP_SWITCH_TEXT_SIZE];

            snprintf(setting, sizeof(setting), "%s=%s", info->word,
                     dsmtp_switch_text((enum dsmtp_switch)i, v, number));
            check_row(setting);
            want.value[i] = v;
            check_int(dsmtp_profile_set(&profile, setting, &fault), DSMTP_OK);
            check_mem(profile.value, sizeof(profile.value), want.value, sizeof(want.value));
        }
    }
}

static void test_set_wrong(void)
{
    static const char *const wrong[] = {"",
                                        "=",
                                        "usage1",
                                        "usage1=",
                                        "usage1=map2",
                                        "usage=map3",
                                        "usage11=map3",
                                        "Usage1=map3",
                                        "usage1 = map3",
                                        "=map3",
                                        "usage1=map3 ",
                                        "tlsa_max=",
                                        "tlsa_max=0",
                                        "tlsa_max=1001",
                                        "tlsa_max=65537",
                                        "tlsa_max=4294967297",
                                        "tlsa_max=-1",
                                        "tlsa_max=1x",
                                        "tlsa_max= 1",
                                        "chain_limit=17",
                                        "chain_limit=base"};
    static char huge[2000];
    struct dsmtp_profile profile = *dsmtp_profile_at(0);
    struct dsmtp_fault fault;

    for (size_t i = 0; i < CHECK_COUNT(wrong); i++) {
        check_row(wrong[i]);
        check_int(dsmtp_profile_set(&profile, wrong[i], &fault), DSMTP_SYNTAX);
        check_true(strstr(fault.what, "expected") != NULL);
    }
    check_row("huge");
    memset(huge, 'x', sizeof(huge) - 1);
    check_int(dsmtp_profile_set(&profile, huge, &fault), DSMTP_SYNTAX);
    memcpy(huge, "usage1=", 7);
    check_int(dsmtp_profile_set(&profile, huge, &fault), DSMTP_SYNTAX);
    check_mem(profile.value, sizeof(profile.value), dsmtp_profile_at(0)->value,
              sizeof(profile.value));
    check_row("the words that would have been right");
    check_int(dsmtp_profile_set(&profile, "all_unusable=x", &fault), DSMTP_SYNTAX);
    check_str(fault.what, "switch all_unusable has no value \"x\"; expected encrypt, may or defer");
    check_int(dsmtp_profile_set(&profile, "x=y", &fault), DSMTP_SYNTAX);
    check_true(strstr(fault.what, "clear_retry, wildcard or cn_fallback") != NULL);
}

/* The manual page has each profile, and each switch with all its values. */
static void test_manual(void)
{
    char *manual = kept_text("engine/man/danesmtp.1");
    char item[300];

    if (manual == NULL)
        return;
    for (unsigned i = 0; dsmtp_profile_at(i) != NULL; i++) {
        snprintf(item, sizeof(item), "\n.It Cm %s\n", dsmtp_profile_at(i)->name);
        check_row(item);
        check_true(strstr(manual, item) != NULL);
    }
    for (unsigned i = 0; i < DSMTP_SWITCH_COUNT; i++) {
        const struct dsmtp_switch_info *info = dsmtp_switch_info((enum dsmtp_switch)i);
        int used = snprintf(item, sizeof(item), "\n.It Cm %s Ns = Ns ", info->word);

        if (info->max != 0)
            snprintf(item + used, sizeof(item) - (size_t)used, "Ar %u\n",
                     dsmtp_profile_at(0)->value[i]);
        for (unsigned v = 0; info->values[v] != NULL; v++)
            used +=
                snprintf(item + used, sizeof(item) - (size_t)used, "%s%s%s", v == 0 ? "Cm " : " | ",
                         info->values[v], info->values[v + 1] == NULL ? "\n" : "");
        check_row(item);
        check_true(strstr(manual, item) != NULL);
    }
    free(manual);
}

static const struct check_test tests[] = {{"switches", test_switches},
                                          {"profiles", test_profiles},
                                          {"every setting", test_set_each},
                                          {"wrong settings", test_set_wrong},
                                          {"manual page", test_manual}};
SUITE(profile, tests);
