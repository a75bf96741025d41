/* group.c - control groups, see group.h. */
#include "run/group.h"

#include <stdlib.h>

#include "run/known.h"

static const struct lab_known no_dane = {.cases = "*",
                                         .versions = "*",
                                         .profiles = "*",
                                         .outcome = LAB_R_DELIVERED,
                                         .reference = "lab/adapters/README.md#senders-without-dane",
                                         .why = "a control group: its hello has no policy dane"};

int lab_group_of(const json_t *hello, struct lab_group *out, struct lab_fault *fault)
{
    const json_t *policies = json_object_get(hello, "policies");
    bool has[LAB_POLICY_COUNT] = {false};

    for (size_t i = 0; i < json_array_size(policies); i++) {
        const char *word = json_string_value(json_array_get(policies, i));
        enum lab_policy policy;

        if (word == NULL || !lab_policy_find(word, &policy))
            return lab_fail(fault, EX_PROTOCOL,
                            "the adapter's hello has the policy \"%s\"; expected some of dane, "
                            "dane-only, may, encrypt",
                            word != NULL ? word : "?");
        has[policy] = true;
    }
    if (json_array_size(policies) == 0)
        return lab_fail(fault, EX_PROTOCOL,
                        "the adapter's hello has no policies; expected an array of dane, "
                        "dane-only, may, encrypt");
    out->without_dane = !has[LAB_POLICY_DANE] && !has[LAB_POLICY_DANE_ONLY];
    out->instead = has[LAB_POLICY_MAY] ? LAB_POLICY_MAY : LAB_POLICY_ENCRYPT;
    return 0;
}

enum lab_policy lab_group_policy(const struct lab_group *group, enum lab_policy policy)
{
    return group != NULL && group->without_dane && policy == LAB_POLICY_DANE ? group->instead
                                                                             : policy;
}

/* A sender that does not look at TLSA records sends to whom it should not, and does not ask. It has
 * no right to lose mail, to die or to contradict the wire. */
static bool comes_of_it(enum lab_verdict v)
{
    return v == LAB_V_LEAK || v == LAB_V_DOWNGRADE || v == LAB_V_REASON;
}

void lab_group_apply(const struct lab_group *group, struct lab_case *k)
{
    if (group == NULL || !group->without_dane || k->policy != LAB_POLICY_DANE)
        return;
    if (k->known == NULL && comes_of_it(k->judgement.verdict))
        k->known = &no_dane;
    if (lab_scenario_tagged(k->scenario, LAB_CONTROL_TAG) && k->outcome != LAB_R_DELIVERED &&
        k->judgement.verdict == LAB_V_PASS) {
        free(k->judgement.why);
        k->judgement.verdict = LAB_V_ADAPTER_ERROR;
        k->judgement.why = lab_strdup(
            "the hello has no policy dane, and yet the sender did not deliver what only DANE keeps "
            "back: nothing that follows can be believed");
    }
}

bool lab_group_control(const struct lab_case *k)
{
    return k->judgement.verdict == LAB_V_PASS || k->known == &no_dane;
}
