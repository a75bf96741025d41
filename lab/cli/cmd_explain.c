/* cmd_explain.c - danelab explain: a rule, or a scenario with its path, expected and as a run saw
 * it. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/select.h"
#include "judge/drawing.h"
#include "run/run.h"
#include "scen/near.h"

enum { PROFILE, POLICY, RUN, SVG };

static const struct lab_option table[] = {
    [PROFILE] = {"profile", "NAME", "what the drawing is about (rfc7672)", 0},
    [POLICY] = {"policy", "LEVEL", "the same (dane)", 0},
    [RUN] = {"run", "DIR", "also say what this run saw", 0},
    [SVG] = {"svg", NULL, "draw the path instead: SVG on standard output", 0},
    {NULL, NULL, NULL, 0},
};

static void explain_rule(const struct lab_suite *suite, const struct lab_rule *rule)
{
    (void)printf("%s (%s, %s)\n  %s\n", rule->id, rule->level, rule->source, rule->statement);
    if (rule->unobservable != NULL)
        (void)printf("  cannot be seen on the wire: %s\n", rule->unobservable);
    for (size_t i = 0; i < suite->catalogue.count; i++)
        for (unsigned r = 0; r < suite->catalogue.list[i]->rules_count; r++)
            if (strcmp(suite->catalogue.list[i]->rules[r], rule->id) == 0)
                (void)printf("  %-36s %s\n", suite->catalogue.list[i]->id,
                             suite->catalogue.list[i]->title);
}

static void print_accept(const struct lab_accept *a, unsigned rank)
{
    (void)printf("    %s %s%s%s%s%s%s%s\n",
                 rank == 0 ? "expected:" : "or:      ", lab_outcome_name(a->outcome),
                 a->host != NULL ? " by " : "", a->host != NULL ? a->host : "",
                 a->over != LAB_OVER_ANY ? " over " : "",
                 a->over != LAB_OVER_ANY ? lab_over_name(a->over) : "", a->note != NULL ? ": " : "",
                 a->note != NULL ? a->note : "");
}

static void print_observation(const char *lead, const struct lab_observation *o)
{
    (void)printf("    %s: %s%s%s%s%s\n", lead, lab_see_name(o->see), o->at != NULL ? " " : "",
                 o->at != NULL ? o->at : "", o->of != NULL ? " " : "", o->of != NULL ? o->of : "");
}

static void print_expect(const struct lab_expect *e)
{
    (void)printf("  under");
    for (unsigned i = 0; i < e->profiles_count; i++)
        (void)printf(" %s", e->profiles[i]);
    for (unsigned i = 0; i < e->policies_count; i++)
        (void)printf("%s%s", i == 0 ? " with policy " : " ", lab_policy_name(e->policies[i]));
    (void)printf("\n");
    for (unsigned i = 0; i < e->accept_count; i++)
        print_accept(&e->accept[i], i);
    for (unsigned i = 0; i < e->require_count; i++)
        print_observation("must be seen", &e->require[i]);
    for (unsigned i = 0; i < e->forbid_count; i++)
        print_observation("must not be seen", &e->forbid[i]);
}

static void print_state(const struct lab_prove *p)
{
    static const char *const words[] = {"", ", the records of the step before",
                                        ", other records than at the step before"};

    (void)printf("      %s is %s%s%s%s\n", p->dns, lab_security_name(p->is),
                 p->answer != LAB_ANSWER_ANY ? " " : "",
                 p->answer != LAB_ANSWER_ANY ? lab_answer_name(p->answer) : "", words[p->records]);
}

/* The attempts of a scenario with steps: what changes before each, and what the resolver then says.
 */
static void print_steps(const struct lab_scenario *s)
{
    for (unsigned i = 0; i < s->prove_count && s->steps_count > 0; i++) {
        if (i == 0)
            (void)printf("  attempt 1, at the start\n");
        print_state(&s->prove[i]);
    }
    for (unsigned i = 0; i < s->steps_count; i++) {
        const struct lab_later *step = &s->steps[i];

        (void)printf("  attempt %u, %s after the start\n", i + 2, step->at);
        for (unsigned n = 0; n < step->zones_count; n++)
            (void)printf("      zone %s has changed\n", step->zones[n].name);
        for (unsigned n = 0; n < step->hosts_count; n++)
            (void)printf("      host %s has changed: %s, %s\n", step->hosts[n].name,
                         step->hosts[n].smtp,
                         step->hosts[n].cert != NULL ? step->hosts[n].cert : "no certificate");
        for (unsigned n = 0; n < step->prove_count; n++)
            print_state(&step->prove[n]);
    }
}

static void explain_scenario(const struct lab_scenario *s, unsigned policies,
                             const struct lab_rules *rules)
{
    (void)printf("%s: %s\n\n%s\n", s->id, s->title, s->why);
    for (unsigned i = 0; i < s->rules_count; i++) {
        const struct lab_rule *rule = lab_rules_find(rules, s->rules[i]);

        if (rule != NULL)
            (void)printf("  %-18s %-10s %s\n", rule->id, rule->level, rule->statement);
    }
    (void)printf("\n");
    if (s->attempts > 1)
        (void)printf("  the message has to be kept until attempt %u\n", s->attempts);
    print_steps(s);
    for (unsigned i = 0; i < s->recipients_count; i++)
        (void)printf("  recipient %s%s\n", s->recipients[i],
                     i == 0 ? ", whose mail is judged" : " gets the same message");
    for (unsigned i = 0; i < s->expect_count; i++)
        if (lab_policies_about(policies, &s->expect[i]))
            print_expect(&s->expect[i]);
    if (s->twin != NULL)
        (void)printf("  twin: %s\n", s->twin);
}

/* What was asked for beside the scenario. */
struct view {
    const char *profile;
    enum lab_policy policy;
    bool policy_given;
    const char *run;
};

static char *case_file(const struct lab_scenario *s, const struct view *v, const char *name)
{
    char *folder = lab_case_name(s, v->policy);
    char *path = lab_format("%s/%s/%s", v->run, folder, name);

    free(folder);
    return path;
}

/* A file of the run's evidence to standard output. */
static int show_file(const struct lab_scenario *s, const struct view *v, const char *name)
{
    char *path = case_file(s, v, name);
    struct lab_fault fault;
    char *text = NULL;
    int rc = lab_file_read(path, &text, NULL, &fault);

    free(path);
    if (rc != 0)
        return lab_complaint(2, "%s", fault.what);
    (void)fputs(text, stdout);
    free(text);
    return 0;
}

static int show_run(const struct lab_scenario *s, const struct view *v)
{
    static const char *const keys[] = {"verdict", "expected", "seen", "why"};
    char *path = case_file(s, v, "verdict.json");
    json_t *record = NULL;
    struct lab_fault fault;
    json_error_t error;
    char *text;
    int rc = lab_file_read(path, &text, NULL, &fault);

    if (rc == 0) {
        record = json_loads(text, 0, &error);
        free(text);
        if (record == NULL)
            (void)lab_fail(&fault, EX_DATAERR, "%s:%d:%d: %s", path, error.line, error.column,
                           error.text);
    }
    if (record == NULL)
        rc = lab_complaint(2, "%s; expected the evidence of a case, see --run", fault.what);
    for (size_t i = 0; i < LAB_COUNT(keys) && rc == 0; i++)
        (void)printf("%s%-9s %s\n", i == 0 ? "\n" : "", keys[i],
                     json_string_value(json_object_get(record, keys[i])) != NULL
                         ? json_string_value(json_object_get(record, keys[i]))
                         : "-");
    json_decref(record);
    free(path);
    if (rc == 0)
        (void)printf("\n");
    return rc == 0 ? show_file(s, v, "timeline.txt") : rc;
}

static int draw(const struct lab_scenario *s, const struct view *v)
{
    const struct lab_expect *expect = lab_expect_for(s, v->profile, v->policy);
    const struct lab_drawing d = {s, expect, v->profile, v->policy, NULL, NULL};
    struct lab_text svg = {0};

    if (expect == NULL)
        return lab_complaint(2, "explain: %s expects nothing under profile %s and policy %s", s->id,
                             v->profile, lab_policy_name(v->policy));
    lab_draw(&d, &svg);
    (void)fputs(svg.text, stdout);
    free(svg.text);
    return 0;
}

/* The policy of ID@POLICY, where --policy does not say another. */
static int take_policies(unsigned policies, struct view *v)
{
    if (policies == LAB_ALL_POLICIES)
        return 0;
    if (v->policy_given && policies != 1U << v->policy)
        return lab_complaint(-1, "explain: --policy %s and the policy behind the @ differ",
                             lab_policy_name(v->policy));
    for (int p = 0; p < LAB_POLICY_COUNT; p++)
        if (policies == 1U << p)
            v->policy = (enum lab_policy)p;
    return 0;
}

static const char *rule_at(const void *list, size_t i)
{
    return ((const struct lab_rule *)list)[i].id;
}

static int unknown(const struct lab_suite *suite, const struct lab_rules *rules, const char *what)
{
    const char *near = lab_word_near(suite, what);
    char *meant;

    if (near == NULL)
        near = lab_near(what, rule_at, rules->list, rules->count);
    meant = lab_meant(near);
    (void)lab_complaint(
        2, "explain: no such scenario or rule%s; see danelab list and danelab coverage", meant);
    free(meant);
    return 2;
}

static int explain(const struct lab_suite *suite, const char *what, struct view *v, bool svg)
{
    unsigned policies;
    const struct lab_scenario *s = lab_word_find(suite, what, &policies);
    const struct lab_rule *rule;
    struct lab_rules rules;
    int rc = 0;

    if (policies == 0 || take_policies(policies, v) != 0)
        return 2;
    if (s != NULL && svg)
        return v->run != NULL ? show_file(s, v, "path.svg") : draw(s, v);
    if (svg && s == NULL)
        return lab_complaint(2, "explain: no such scenario; only what happens in one is drawn");
    lab_suite_rules(suite->paths, &rules);
    rule = lab_rules_find(&rules, what);
    if (s != NULL)
        explain_scenario(s, policies, &rules);
    else if (rule != NULL)
        explain_rule(suite, rule);
    else
        rc = unknown(suite, &rules, what);
    if (s != NULL && v->run != NULL)
        rc = show_run(s, v);
    lab_rules_free(&rules);
    return rc;
}

int lab_cmd_explain(int argc, char **argv)
{
    const char *got[LAB_COUNT(table)];
    struct view v = {.policy = LAB_POLICY_DANE};
    struct lab_suite suite;
    int first;
    int rc = lab_options(argc, argv, table, "explain [OPTION]... ID|RULE", got, &first);

    if (rc >= 0)
        return rc;
    if (argc - first != 1)
        return lab_complaint(2, "explain: expected one id");
    if (lab_take_profile(got[PROFILE], &v.profile) != 0)
        return 2;
    if (got[POLICY] != NULL && lab_take_policy(got[POLICY], &v.policy) != 0)
        return 2;
    v.policy_given = got[POLICY] != NULL;
    v.run = got[RUN];
    lab_suite_open(&suite);
    rc = explain(&suite, argv[first], &v, got[SVG] != NULL);
    lab_suite_close(&suite);
    return rc;
}
