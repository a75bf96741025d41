/* test_profile.c - profiles and switches. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "core/profile.h"

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
        check_true(values_of(i) >= 2 && values_of(i) <= DSMTP_SWITCH_VALUES_MAX);
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
            check_true(p->value[k] < values_of(k));
    }
    check_true(dsmtp_profile_find("rfc767") == NULL);
    check_true(dsmtp_profile_find("") == NULL);
}

static void test_set_each(void)
{
    for (unsigned i = 0; i < DSMTP_SWITCH_COUNT; i++) {
        const struct dsmtp_switch_info *info = dsmtp_switch_info((enum dsmtp_switch)i);

        for (uint8_t v = 0; info->values[v] != NULL; v++) {
            struct dsmtp_profile profile = *dsmtp_profile_at(0);
            struct dsmtp_profile want = profile;
            struct dsmtp_fault fault;
            char setting[100];

            snprintf(setting, sizeof(setting), "%s=%s", info->word, info->values[v]);
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
                                        "usage1=map3 "};
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

static const struct check_test tests[] = {{"switches", test_switches},
                                          {"profiles", test_profiles},
                                          {"every setting", test_set_each},
                                          {"wrong settings", test_set_wrong}};
SUITE(profile, tests);
