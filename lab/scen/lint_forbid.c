/* lint_forbid.c - what must not be seen follows, in part, from what is proven and accepted: such a
 * scenario has to say so, for the outcome alone does not show it. */
#include <stdlib.h>
#include <string.h>

#include "scen/lint.h"

/* Is there a policy under which TLSA records count? */
static bool wants_dane(const struct lab_expect *e)
{
    return lab_expect_has_policy(e, LAB_POLICY_DANE) ||
           lab_expect_has_policy(e, LAB_POLICY_DANE_ONLY);
}

/* May a message be delivered to the host (NULL: to any)? */
static bool may_deliver(const struct lab_scenario *s, const struct lab_expect *e,
                        const struct lab_host *h)
{
    for (unsigned i = 0; i < e->accept_count; i++) {
        const struct lab_accept *a = &e->accept[i];

        if (a->outcome == LAB_DELIVERED &&
            (h == NULL || a->host == NULL || lab_scenario_host(s, a->host) == h))
            return true;
    }
    return false;
}

static bool speaks_of(const struct lab_scenario *s, const struct lab_observation *list,
                      unsigned count, const struct lab_host *h, unsigned sees)
{
    for (unsigned i = 0; i < count; i++)
        if ((sees >> list[i].see & 1U) != 0 && list[i].at != NULL &&
            lab_scenario_host(s, list[i].at) == h)
            return true;
    return false;
}

/* Does the question for the host's TLSA records fail, by what the file proves? */
static bool tlsa_fails(const struct lab_scenario *s, const struct lab_host *h)
{
    char *question = lab_format("_25._tcp.%s TLSA", h->name);
    bool fails = false;

    for (unsigned i = 0; i < s->prove_count; i++)
        fails = fails || (strcmp(s->prove[i].dns, question) == 0 &&
                          (s->prove[i].is == LAB_BOGUS || s->prove[i].is == LAB_ERROR));
    free(question);
    return fails;
}

/* R-7672-2.1.2-6: no connection to a host whose TLSA lookup failed. */
static void lint_skipped(const struct lab_lint *l, unsigned n, const struct lab_host *h)
{
    const struct lab_scenario *s = l->scenario;
    const struct lab_expect *e = &s->expect[n];

    if (lab_expect_has_profile(e, "rfc7672") && tlsa_fails(s, h) && !may_deliver(s, e, h) &&
        !speaks_of(s, e->forbid, e->forbid_count, h, 1U << LAB_SEE_CONNECT))
        lab_complain(
            l->source, lab_place("expect[%u]", n),
            "the TLSA lookup of %s fails, so nobody may call it (R-7672-2.1.2-6); expected "
            "`forbid` with {see: connect, at: %s}",
            h->name, h->name);
}

/* Mail that must not be delivered anywhere, lest it leak, must not be offered either: a host that
 * refuses it in the end has seen the envelope. */
static void lint_kept(const struct lab_lint *l, unsigned n, const struct lab_host *h)
{
    static const unsigned ends =
        1U << LAB_SEE_CONNECT | 1U << LAB_SEE_MAIL | 1U << LAB_SEE_CLEAR_MAIL;
    const struct lab_scenario *s = l->scenario;
    const struct lab_expect *e = &s->expect[n];
    const struct lab_known_behaviour *b = lab_lint_behaviour(l, h);

    if ((s->impact == LAB_IMPACT_LEAK || s->impact == LAB_IMPACT_DOWNGRADE) &&
        !may_deliver(s, e, NULL) && (b == NULL || b->reachable) &&
        !speaks_of(s, e->forbid, e->forbid_count, h, ends) &&
        !speaks_of(s, e->require, e->require_count, h, ends & ~(1U << LAB_SEE_CONNECT)))
        lab_complain(l->source, lab_place("expect[%u]", n),
                     "nothing is delivered, and %s may still get the envelope; expected `forbid` "
                     "with mail, clear-mail or connect at %s",
                     h->name, h->name);
}

void lab_lint_forbid(const struct lab_lint *l)
{
    for (unsigned n = 0; n < l->scenario->expect_count; n++) {
        if (!wants_dane(&l->scenario->expect[n]))
            continue;
        for (unsigned i = 0; i < l->scenario->hosts_count; i++) {
            lint_skipped(l, n, &l->scenario->hosts[i]);
            lint_kept(l, n, &l->scenario->hosts[i]);
        }
    }
}
