/* lint_expect.c - what a scenario expects must be possible and free of contradictions. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "scen/lint.h"
#include "scen/reason.h"

static const char *profile_word(const void *list, size_t i)
{
    (void)list;
    return lab_profile_at(i);
}

/* Only one expectation may speak for a profile and policy. */
static void lint_overlap(const struct lab_lint *l, unsigned n, const char *profile,
                         struct lab_place place)
{
    const struct lab_expect *e = l->scenario->expect;

    for (unsigned other = 0; other < n; other++) {
        if (!lab_expect_has_profile(&e[other], profile))
            continue;
        for (int p = 0; p < LAB_POLICY_COUNT; p++) {
            if (lab_expect_has_policy(&e[other], (enum lab_policy)p) &&
                lab_expect_has_policy(&e[n], (enum lab_policy)p))
                lab_complain(
                    l->source, place,
                    "profile %.60s with policy %s again (first in expect[%u]); expected it once",
                    profile, lab_policy_name((enum lab_policy)p), other);
        }
    }
}

static void lint_profiles(const struct lab_lint *l, unsigned n)
{
    const struct lab_expect *e = &l->scenario->expect[n];
    size_t count = 0;

    while (lab_profile_at(count) != NULL)
        count++;
    for (unsigned i = 0; i < e->profiles_count; i++) {
        struct lab_place place = lab_place("expect[%u].profiles[%u]", n, i);
        bool known = false;

        for (size_t k = 0; k < count; k++)
            known = known || strcmp(lab_profile_at(k), e->profiles[i]) == 0;
        if (!known)
            lab_lint_unknown(l, place, "profile", e->profiles[i], profile_word, NULL, count,
                             "one of rfc7672 seed2013 opp2013 draft2014 draft2014b postfix");
        lab_lint_once(l, place, "profile", e->profiles, i);
        lint_overlap(l, n, e->profiles[i], place);
    }
}

static void lint_policies(const struct lab_lint *l, unsigned n)
{
    const struct lab_expect *e = &l->scenario->expect[n];

    for (unsigned i = 0; i < e->policies_count; i++) {
        for (unsigned j = 0; j < i; j++) {
            if (e->policies[i] == e->policies[j])
                lab_complain(l->source, lab_place("expect[%u].policies[%u]", n, i),
                             "policy %s again; expected it once", lab_policy_name(e->policies[i]));
        }
    }
}

static bool same_host(const struct lab_scenario *s, const char *a, const char *b)
{
    return lab_scenario_host(s, a) == lab_scenario_host(s, b);
}

/* Whatever b matches, a has matched already. */
static bool subsumes(const struct lab_scenario *s, const struct lab_accept *a,
                     const struct lab_accept *b)
{
    if (a->outcome != b->outcome)
        return false;
    if (a->outcome != LAB_DELIVERED)
        return true;
    return (a->host == NULL || (b->host != NULL && same_host(s, a->host, b->host))) &&
           (a->over == LAB_OVER_ANY || a->over == b->over);
}

static bool can_take(const struct lab_known_behaviour *b, enum lab_over over)
{
    return (b->mail_tls && over != LAB_OVER_CLEAR) || (b->mail_clear && over != LAB_OVER_TLS);
}

/* Delivery needs a host that takes mail that way, at the last attempt. */
static void lint_delivery(const struct lab_lint *l, const struct lab_accept *a,
                          struct lab_place place)
{
    const struct lab_scenario *s = lab_scenario_at(l->scenario, UINT_MAX);
    bool possible = false;

    if (a->host != NULL && lab_scenario_host(s, a->host) == NULL)
        return;
    for (unsigned i = 0; i < s->hosts_count; i++) {
        const struct lab_known_behaviour *b = lab_lint_behaviour(l, &s->hosts[i]);

        if (a->host == NULL || lab_scenario_host(s, a->host) == &s->hosts[i])
            possible = possible || b == NULL || can_take(b, a->over);
    }
    if (!possible)
        lab_complain(l->source, place, "delivered%s: %s%s; expected an outcome that can happen",
                     a->over == LAB_OVER_TLS     ? " over tls"
                     : a->over == LAB_OVER_CLEAR ? " over clear"
                                                 : "",
                     a->host != NULL ? "a way that never works with host "
                                     : "no host takes mail like that",
                     a->host != NULL ? a->host : "");
}

static void lint_accept(const struct lab_lint *l, unsigned n, unsigned i)
{
    const struct lab_expect *e = &l->scenario->expect[n];
    const struct lab_accept *a = &e->accept[i];
    struct lab_place place = lab_place("expect[%u].accept[%u]", n, i);

    if (a->outcome != LAB_DELIVERED && (a->host != NULL || a->over != LAB_OVER_ANY))
        lab_complain(l->source, place, "%s with %s; expected neither host nor over",
                     lab_outcome_name(a->outcome), a->host != NULL ? "a host" : "over");
    if (a->host != NULL)
        (void)lab_lint_host(l, lab_place("expect[%u].accept[%u].host", n, i), a->host);
    if (a->outcome == LAB_DELIVERED)
        lint_delivery(l, a, place);
    if (a->as != LAB_GRADE_PASS && a->note == NULL)
        lab_complain(l->source, place,
                     "a choice that is not PASS without a reason; expected `note`");
    for (unsigned j = 0; j < i; j++) {
        if (subsumes(l->scenario, &e->accept[j], a)) {
            lab_complain(l->source, place,
                         "never reached: accept[%u] covers it; expected the special case first", j);
            break;
        }
    }
}

/* A name that some sender may ask for or say: it need not exist, but it must be below a zone of the
 * file, or nobody can ever see it there. */
static void lint_seen_name(const struct lab_lint *l, const char *absolute, struct lab_place of)
{
    const char *name = strncmp(absolute, "*.", 2) == 0 ? absolute + 2 : absolute;

    if (!lab_lint_own(l->scenario, name))
        lab_complain(l->source, of,
                     "%.120s is not this scenario's; expected a name at or below %s.example.",
                     absolute, l->scenario->id);
    else if (lab_lint_zone_of(l->scenario, name) == NULL)
        lab_complain(l->source, of,
                     "%.120s is in no zone of this file; expected a name at or below one of "
                     "world.zones",
                     absolute);
}

/* `of`: the question, or the name in SNI. */
static void lint_of(const struct lab_lint *l, const struct lab_observation *o, struct lab_place of)
{
    const char *type;
    char *name = NULL;

    if (o->see != LAB_SEE_SNI)
        (void)lab_lint_question(l, of, o->of, &name, &type);
    else if (strcmp(o->of, "@") == 0 || lab_lint_name_ok(o->of))
        name = lab_scenario_name(l->scenario, o->of);
    else
        lab_complain(l->source, of, "`%.80s` is no domain name; expected the name in SNI", o->of);
    if (name != NULL)
        lint_seen_name(l, name, of);
    free(name);
}

/* Form of one observation, wherever it stands. */
static void lint_observation(const struct lab_lint *l, const struct lab_observation *o,
                             struct lab_place place)
{
    struct lab_place at = lab_place("%s.at", place.text);
    const char *see = lab_see_name(o->see);
    bool query = o->see == LAB_SEE_QUERY;
    bool wants_of = query || o->see == LAB_SEE_SNI;

    if (query && o->at != NULL)
        lab_complain(l->source, at, "a query at a host; expected `of` only");
    else if (!query && o->at == NULL)
        lab_complain(l->source, place, "%s without a host; expected `at: HOST`", see);
    else if (!query)
        (void)lab_lint_host(l, at, o->at);
    if (wants_of && o->of == NULL)
        lab_complain(l->source, place, "%s without `of`; expected `of: %s`", see,
                     query ? "OWNER TYPE" : "NAME");
    else if (!wants_of && o->of != NULL)
        lab_complain(l->source, place, "%s with `of`; expected none", see);
    else if (wants_of)
        lint_of(l, o, lab_place("%s.of", place.text));
}

/* Seeing a at a host means having seen b there too. */
static bool implies(enum lab_see a, enum lab_see b)
{
    static const unsigned also[] = {
        [LAB_SEE_QUERY] = 1U << LAB_SEE_QUERY,
        [LAB_SEE_CONNECT] = 1U << LAB_SEE_CONNECT,
        [LAB_SEE_STARTTLS] = 1U << LAB_SEE_STARTTLS | 1U << LAB_SEE_CONNECT,
        [LAB_SEE_TLS] = 1U << LAB_SEE_TLS | 1U << LAB_SEE_STARTTLS | 1U << LAB_SEE_CONNECT,
        [LAB_SEE_SNI] = 1U << LAB_SEE_SNI | 1U << LAB_SEE_STARTTLS | 1U << LAB_SEE_CONNECT,
        [LAB_SEE_MAIL] = 1U << LAB_SEE_MAIL | 1U << LAB_SEE_CONNECT,
        [LAB_SEE_CLEAR_MAIL] =
            1U << LAB_SEE_CLEAR_MAIL | 1U << LAB_SEE_MAIL | 1U << LAB_SEE_CONNECT,
    };

    return (also[a] >> b & 1U) != 0;
}

static bool contradicts(const struct lab_scenario *s, const struct lab_observation *require,
                        const struct lab_observation *forbid)
{
    bool same_of =
        require->of != NULL && forbid->of != NULL && strcmp(require->of, forbid->of) == 0;

    if (!implies(require->see, forbid->see))
        return false;
    if (require->see == LAB_SEE_QUERY)
        return same_of;
    if (require->at == NULL || forbid->at == NULL || !same_host(s, require->at, forbid->at))
        return false;
    return forbid->see != LAB_SEE_SNI || same_of;
}

static bool can_show(const struct lab_lint *l, const struct lab_scenario *s,
                     const struct lab_observation *o)
{
    const struct lab_host *h = lab_scenario_host(s, o->at);
    const struct lab_known_behaviour *b = h != NULL ? lab_lint_behaviour(l, h) : NULL;

    return b == NULL || (b->reachable && (o->see != LAB_SEE_TLS || b->tls));
}

/* What is required must be possible at that host, at some attempt. */
static void lint_required(const struct lab_lint *l, const struct lab_observation *o,
                          struct lab_place place)
{
    const struct lab_scenario *s = l->scenario;
    const struct lab_host *h = o->at != NULL ? lab_scenario_host(s, o->at) : NULL;
    bool possible = h == NULL || can_show(l, s, o);

    for (unsigned i = 0; i < s->steps_count && !possible; i++)
        possible = can_show(l, &s->later[i], o);
    if (!possible)
        lab_complain(
            l->source, place,
            "%s at %s, whose behaviour `%s` makes that impossible; expected what can be seen",
            lab_see_name(o->see), o->at, h->smtp);
}

/* The only host of an accepted delivery must not be one where delivery's parts are forbidden. */
static bool forbids(const struct lab_scenario *s, const struct lab_observation *o,
                    const struct lab_accept *a)
{
    enum lab_see last = a->over == LAB_OVER_CLEAR ? LAB_SEE_CLEAR_MAIL : LAB_SEE_MAIL;

    if (a->outcome != LAB_DELIVERED || a->host == NULL || o->at == NULL ||
        !same_host(s, a->host, o->at))
        return false;
    return implies(last, o->see) || (a->over == LAB_OVER_TLS && implies(LAB_SEE_TLS, o->see));
}

static void lint_forbidden(const struct lab_lint *l, unsigned n, unsigned i)
{
    const struct lab_expect *e = &l->scenario->expect[n];
    const struct lab_observation *o = &e->forbid[i];
    struct lab_place place = lab_place("expect[%u].forbid[%u]", n, i);

    for (unsigned j = 0; j < e->require_count; j++) {
        if (contradicts(l->scenario, &e->require[j], o))
            lab_complain(l->source, place,
                         "%s is forbidden, but require[%u] needs it; expected one or the other",
                         lab_see_name(o->see), j);
    }
    for (unsigned j = 0; j < e->accept_count; j++) {
        if (forbids(l->scenario, o, &e->accept[j]))
            lab_complain(
                l->source, place,
                "%s is forbidden, but accept[%u] delivers there; expected one or the other",
                lab_see_name(o->see), j);
    }
}

static const char *reason_word(const void *list, size_t i)
{
    (void)list;
    return lab_reason_at(i)->word;
}

static void lint_reasons(const struct lab_lint *l, unsigned n)
{
    const struct lab_expect *e = &l->scenario->expect[n];
    size_t count = 0;

    while (lab_reason_at(count) != NULL)
        count++;
    for (unsigned i = 0; i < e->reasons_count; i++) {
        struct lab_place place = lab_place("expect[%u].reasons[%u]", n, i);

        if (!lab_reason_known(e->reasons[i]))
            lab_lint_unknown(l, place, "reason", e->reasons[i], reason_word, NULL, count,
                             "a word of the table in lab/adapters/README.md");
        lab_lint_once(l, place, "reason", e->reasons, i);
    }
}

void lab_lint_expect(const struct lab_lint *l)
{
    for (unsigned n = 0; n < l->scenario->expect_count; n++) {
        const struct lab_expect *e = &l->scenario->expect[n];

        lint_profiles(l, n);
        lint_policies(l, n);
        for (unsigned i = 0; i < e->accept_count; i++)
            lint_accept(l, n, i);
        lint_reasons(l, n);
        for (unsigned i = 0; i < e->require_count; i++) {
            lint_observation(l, &e->require[i], lab_place("expect[%u].require[%u]", n, i));
            lint_required(l, &e->require[i], lab_place("expect[%u].require[%u]", n, i));
        }
        for (unsigned i = 0; i < e->forbid_count; i++) {
            lint_observation(l, &e->forbid[i], lab_place("expect[%u].forbid[%u]", n, i));
            lint_forbidden(l, n, i);
        }
    }
}
