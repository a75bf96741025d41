/* test_scenario.c - the scenario loader: every rule of lint.h refuses a file of
 * tests/golden/bad-scenarios. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "made_files.h"
#include "scen/family.h"
#include "scen/lint.h"
#include "scen/near.h"
#include "scen/rules.h"
#include "scen/scenario.h"
#include "scen/steps.h"
#include "sign/sign.h"

#define BAD "tests/golden/bad-scenarios"

/* clang-format off */
static const struct lab_known_damage damage[] = {{"bad-signature", true, LAB_BOGUS},
                                                 {"ds-mismatch", false, LAB_BOGUS}};
static const struct lab_known_behaviour behaviours[] = {
    /* name         reachable tls    mail_tls mail_clear */
    {"starttls",    true,     true,  true,    true},
    {"no-starttls", true,     false, false,   true},
    {"unreachable", false,    false, false,   false},
};
/* clang-format on */
static const char *const certs[] = {"self-signed", "ca-leaf"};

static const char *element_at(const void *recipes, size_t cert, size_t i)
{
    (void)recipes;
    return i == 0 ? "leaf" : i == 1 && cert == 1 ? "ca" : NULL;
}

static struct lab_lint_context context(void)
{
    return (struct lab_lint_context){
        .rules_path = BAD "/rules.tsv",
        .damage = damage,
        .damage_count = CHECK_COUNT(damage),
        .behaviours = behaviours,
        .behaviours_count = CHECK_COUNT(behaviours),
        .certs = certs,
        .certs_count = CHECK_COUNT(certs),
        .element = element_at,
        .records = lab_zone_check,
    };
}

struct lines {
    char **list;
    size_t count;
};

/* Keep a line, without the directory. */
static void keep(void *self, const char *line)
{
    struct lines *l = self;
    struct lab_text t = {0};
    const char *at;

    while ((at = strstr(line, BAD "/")) != NULL) {
        lab_text_add(&t, line, (size_t)(at - line));
        line = at + strlen(BAD "/");
    }
    lab_text_put(&t, "%s", line);
    l->list = lab_realloc(l->list, l->count + 1, sizeof(*l->list));
    l->list[l->count++] = t.text;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void drop(struct lines *l)
{
    for (size_t i = 0; i < l->count; i++)
        free(l->list[i]);
    free(l->list);
    *l = (struct lines){NULL, 0};
}

static void test_bad(void)
{
    struct lab_lint_context c = context();
    struct lab_catalogue catalogue;
    struct lines got = {NULL, 0};
    struct lab_fault fault;
    char *want = NULL;
    char *rest;
    char *line;
    size_t i = 0;
    int faults = lab_catalogue_load(BAD, &c, keep, &got, &catalogue);

    check_int(faults, (intmax_t)got.count);
    check_uint(catalogue.count, 6); /* good, twin-away, double-a, family-lines without IPv6 */
    check_true(lab_catalogue_find(&catalogue, "good") != NULL);
    check_true(lab_catalogue_find(&catalogue, "double-a") != NULL);
    check_true(lab_catalogue_find(&catalogue, "double-b") == NULL);
    qsort(got.list, got.count, sizeof(*got.list), by_text);
    if (check_int(lab_file_read(BAD "/expected.txt", &want, NULL, &fault), 0)) {
        rest = want;
        while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
            check_row(line);
            check_str(i < got.count ? got.list[i] : NULL, line);
            i++;
        }
        check_row(NULL);
        check_uint(got.count, i);
    }
    free(want);
    drop(&got);
    lab_catalogue_free(&catalogue);
}

static void test_single_file(void)
{
    struct lab_lint_context c = context();
    struct lab_catalogue catalogue;
    struct lines got = {NULL, 0};

    check_int(lab_catalogue_load(BAD "/good.yaml", &c, keep, &got, &catalogue), 0);
    if (check_uint(catalogue.count, 1)) {
        const struct lab_scenario *s = catalogue.list[0];

        check_str(s->zones[0].name, "@");
        check_true(s->zones[0].is_signed && s->zones[0].served);
        check_str(s->hosts[0].smtp, "starttls");
        check_str(s->topic, "bad-scenarios");
        check_int((int)s->expect[0].accept[0].as, LAB_GRADE_PASS);
        check_true(s->block > 0 && s->block < 8192);
    }
    lab_catalogue_free(&catalogue);
    check_int(lab_catalogue_load(BAD "/expected.txt", &c, keep, &got, &catalogue), -1);
    check_int(lab_catalogue_load(BAD "/none", &c, keep, &got, &catalogue), -1);
    c.rules_path = BAD "/good.yaml";
    check_int(lab_catalogue_load(BAD "/good.yaml", &c, keep, &got, &catalogue), -1);
    check_uint(got.count, 3);
    drop(&got);
}

/* A file NN-topic/ID.yaml is judged with its neighbours, but only it is spoken of. */
static void test_neighbours(void)
{
    struct lab_lint_context c = {.rules_path = NULL};
    struct lab_catalogue catalogue;
    struct lines got = {NULL, 0};

    check_int(lab_catalogue_load("scenarios/04-tlsa-usable/dane-ee-mismatch.yaml", &c, keep, &got,
                                 &catalogue),
              0);
    if (check_uint(catalogue.count, 3)) {
        check_str(catalogue.list[0]->topic, "04-tlsa-usable");
        check_str(catalogue.list[1]->id, "dane-ee-mismatch-v4");
        check_str(catalogue.list[2]->twin, "dane-ee-match-v6");
    }
    lab_catalogue_free(&catalogue);
    drop(&got);
}

/* Twins of a file are beside it, or else among the lab's own, which are held to the same. */
static void test_home(void)
{
    /* clang-format off */
    static const struct {
        const char *file, *home, *want;
    } cases[] = {
        {"twin-policy.yaml",  NULL,        "twin-policy.yaml:5:7: unknown twin `good`; expected the id of another scenario (that loads)"},
        {"twin-policy.yaml",  BAD,         "twin-policy.yaml:5:7: twin good expects nothing for profile rfc7672, policy dane-only; expected it delivered there"},
        {"twin-unknown.yaml", BAD,         "twin-unknown.yaml:5:7: unknown twin `goood` (did you mean `good`?); expected the id of another scenario (that loads)"},
        {"twin-unknown.yaml", BAD "/none", "twin-unknown.yaml:5:7: unknown twin `goood`; expected the id of another scenario (that loads)"},
        {"sub/twin-away.yaml", BAD,        NULL},
    };
    /* clang-format on */

    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        struct lab_lint_context c = context();
        char *path = lab_format("%s/%s", BAD, cases[i].file);
        struct lab_catalogue catalogue;
        struct lines got = {NULL, 0};

        c.home = cases[i].home;
        check_row(path);
        check_int(lab_catalogue_load(path, &c, keep, &got, &catalogue), cases[i].want != NULL);
        check_uint(got.count, cases[i].want != NULL);
        check_str(got.count > 0 ? got.list[0] : NULL, cases[i].want);
        check_uint(catalogue.count, cases[i].want == NULL);
        drop(&got);
        lab_catalogue_free(&catalogue);
        free(path);
    }
    check_row(NULL);
}

/* What is written about addresses of the other family goes, names change, lines stay in place. */
static void test_families(void)
{
    static const struct {
        const char *line, *v4, *v6;
    } cases[] = {
        {"id: a-b", "id: a-b-v4", "id: a-b-v6"},
        {"family: [v4, v6]", "", ""},
        {"mx A {a mx}", "mx A {a mx}", ""},
        {"mx AAAA {aaaa mx}", "", "mx AAAA {aaaa mx}"},
        {"x MX 10 a-b--c.example.", "x MX 10 a-b-v4--c.example.", "x MX 10 a-b-v6--c.example."},
        {"to: mx.a-b.example.", "to: mx.a-b-v4.example.", "to: mx.a-b-v6.example."},
        {"xa-b.example. a-b-c.example. _a-b.example.", "xa-b.example. a-b-c.example. _a-b.example.",
         "xa-b.example. a-b-c.example. _a-b.example."},
        {"why: a-b", "why: a-b", "why: a-b"},
        {"{dns: mx A, answer: data}", "{dns: mx A, answer: data}", "{dns: mx A, answer: nodata}"},
        {"{dns: \"@ AAAA\", answer: data}", "{dns: \"@ AAAA\", answer: nodata}",
         "{dns: \"@ AAAA\", answer: data}"},
        {"{dns: mx TLSA, answer: data}", "{dns: mx TLSA, answer: data}",
         "{dns: mx TLSA, answer: data}"},
    };

    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        char *v4 = lab_family_text(cases[i].line, "a-b", LAB_FAMILY_V4);
        char *v6 = lab_family_text(cases[i].line, "a-b", LAB_FAMILY_V6);

        check_row(cases[i].line);
        check_str(v4, cases[i].v4);
        check_str(v6, cases[i].v6);
        free(v4);
        free(v6);
    }
}

/* What a step changes, what it leaves, and when what counts. */
static void test_steps(void)
{
    struct lines got = {NULL, 0};
    struct lab_scenario *s =
        lab_scenario_load("scenarios/13-time/time-roll-right.yaml", keep, &got);

    if (check_true(s != NULL) && check_uint(s->steps_count, 2)) {
        const struct lab_scenario *second = lab_scenario_at(s, 120);
        const struct lab_scenario *third = lab_scenario_at(s, UINT_MAX);

        check_uint(s->attempts, 3);
        check_true(lab_scenario_at(s, 0) == s && lab_scenario_at(s, 119) == s);
        check_true(second == &s->later[0] && lab_scenario_at(s, 599) == second);
        check_uint(third->now, 600);
        check_uint(second->zones[0].from, 120);
        check_uint(third->zones[0].from, 120);
        check_true(strstr(s->zones[0].records, "tlsa next") == NULL);
        check_true(strstr(third->zones[0].records, "tlsa next") != NULL);
        check_uint(second->hosts[0].from, 0);
        check_str(second->hosts[0].smtp, "mail-451");
        check_uint(third->hosts[0].from, 600);
        check_str(third->hosts[0].smtp, "starttls");
        check_str(third->hosts[1].name, "next");
        check_str(lab_step_at(s, 599), "2m");
        check_str(lab_step_at(s, 1), "start");
    }
    lab_scenario_free(s);
    drop(&got);
}

static void test_step_times(void)
{
    static const struct {
        const char *text;
        unsigned want;
    } cases[] = {
        {"90s", 90},  {"5m", 300}, {"2h", 7200}, {"60d", 5184000}, {"61d", 0},
        {"0s", 0},    {"", 0},     {"5", 0},     {"m", 0},         {"5 m", 0},
        {"1h30m", 0}, {"-5m", 0},  {"5M", 0},    {"1w", 0},        {"99999999s", 0},
    };

    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        check_row(cases[i].text);
        check_uint(lab_step_time(cases[i].text), cases[i].want);
    }
}

static void test_names(void)
{
    char id[] = "a-b";
    char mx[] = "MX";
    struct lab_host host = {.name = mx};
    const struct lab_scenario s = {.id = id, .hosts = &host, .hosts_count = 1};
    static const struct {
        const char *name;
        const char *want;
        bool own;
    } cases[] = {
        {"@", "a-b.example.", true},
        {"_25._tcp.Mx", "_25._tcp.mx.a-b.example.", true},
        {"x.a-b--other.EXAMPLE.", "x.a-b--other.example.", true},
        {"a-b--.example.", "a-b--.example.", false},
        {"a-b--c-d.example.", "a-b--c-d.example.", false},
        {"xa-b.example.", "xa-b.example.", false},
        {"example.", "example.", false},
        {".", ".", false},
    };

    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        char *name = lab_scenario_name(&s, cases[i].name);

        check_row(cases[i].name);
        check_str(name, cases[i].want);
        check_int(lab_lint_own(&s, name), cases[i].own);
        free(name);
    }
    check_true(lab_scenario_host(&s, "mx.a-b.example.") == &host);
    check_true(lab_scenario_host(&s, "mx2") == NULL);
}

static void test_addresses(void)
{
    static const struct {
        unsigned block, index;
        const char *v4, *v6;
    } cases[] = {
        {0, 1, "198.18.0.1", "2001:db8:18::1"},
        {1, 0, "198.18.0.16", "2001:db8:18::1:0"},
        {4096, 15, "198.19.0.15", "2001:db8:18::1000:f"},
        {8191, 15, "198.19.255.255", "2001:db8:18::1fff:f"},
    };

    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        char v4[46];
        char v6[46];

        check_row(cases[i].v4);
        lab_host_address(cases[i].block, cases[i].index, false, v4);
        lab_host_address(cases[i].block, cases[i].index, true, v6);
        check_str(v4, cases[i].v4);
        check_str(v6, cases[i].v6);
    }
}

static const char *nth(const void *list, size_t i)
{
    return ((const char *const *)list)[i];
}

static void test_near(void)
{
    static const char *const words[] = {"records", "denial", "tls", "a"};
    static const struct {
        const char *word, *want;
    } cases[] = {
        {"recrods", "records"}, {"record", "records"},  {"tsl", "tls"},     {"b", NULL}, {"", NULL},
        {"xyz", NULL},          {"denaiall", "denial"}, {"densalll", NULL},
    };

    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        check_row(cases[i].word);
        check_str(lab_near(cases[i].word, nth, words, CHECK_COUNT(words)), cases[i].want);
    }
}

static void test_rules(void)
{
    struct lab_rules rules;
    struct lab_fault fault;
    struct lab_coverage *rows;
    char id[] = "x";
    char rule[] = "R-7672-2.1.2-1";
    char *cited[] = {rule};
    struct lab_scenario s = {.id = id, .rules = cited, .rules_count = 1};
    struct lab_scenario *list[] = {&s};
    const struct lab_catalogue catalogue = {list, 1};
    size_t count;

    if (!check_int(lab_rules_load("scenarios/rules.tsv", &rules, &fault), 0))
        return;
    check_true(lab_rules_find(&rules, "S35a") != NULL && lab_rules_find(&rules, "S99") == NULL);
    check_true(lab_rules_find(&rules, "S42")->unobservable != NULL);
    check_str(lab_rules_find(&rules, rule)->source, "7672#2.1.2");
    count = lab_coverage_of(&rules, &catalogue, &rows);
    check_true(count > 100 && count < rules.count);
    for (size_t i = 0; i < count; i++) {
        check_row(rows[i].rule->id);
        check_uint(rows[i].count, strcmp(rows[i].rule->id, rule) == 0 ? 1 : 0);
    }
    lab_coverage_free(rows, count);
    lab_rules_free(&rules);
    check_int(lab_rules_load(BAD "/none.tsv", &rules, &fault), -1);
}

static void test_bad_rules(void)
{
#define HEAD "id\tlevel\trole\tsource\tstatement\n"
#define S1 "S1\texplicit\tC\tseed\tOne.\n"
    static const struct {
        const char *label, *rules, *unobservable, *what;
    } bad[] = {
        {"empty", "", "", "rules.tsv:1: no header"},
        {"another header", S1, "", "rules.tsv:1: no header"},
        {"too few fields", HEAD "S1\tC\n", "", "rules.tsv:2: 2 fields"},
        {"too many fields", HEAD S1 "S2\ta\tb\tc\td\te\n", "", "rules.tsv:3: 6 fields"},
        {"twice", HEAD S1 S1, "", "rules.tsv:3: rule S1 again"},
        {"reason without tab", HEAD S1, "rule\treason\nS1 because\n",
         "unobservable.tsv:2: 1 fields"},
        {"reason for no rule", HEAD S1, "rule\treason\nS2\tbecause\n",
         "unobservable.tsv:2: no rule S2"},
    };
    char dir[] = SOME_DIR;
    char *path;

    if (!made_dir(dir))
        return;
    path = lab_format("%s/rules.tsv", dir);
    for (size_t i = 0; i < CHECK_COUNT(bad); i++) {
        struct lab_rules rules;
        struct lab_fault fault = {0};

        check_row(bad[i].label);
        made_file(dir, "rules.tsv", bad[i].rules);
        made_file(dir, "unobservable.tsv", bad[i].unobservable);
        check_int(lab_rules_load(path, &rules, &fault), -1);
        check_has(fault.what, bad[i].what);
    }
    made_remove(dir);
    free(path);
}

static const struct check_test tests[] = {
    {"every bad file is refused where it is bad", test_bad},
    {"a single file and its defaults", test_single_file},
    {"a single file among its neighbours", test_neighbours},
    {"a single file away from home", test_home},
    {"address families", test_families},
    {"steps", test_steps},
    {"times of steps", test_step_times},
    {"names of a scenario", test_names},
    {"addresses", test_addresses},
    {"near misses", test_near},
    {"rules and coverage", test_rules},
    {"broken rule files", test_bad_rules},
};
SUITE(scenario, tests);
