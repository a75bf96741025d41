/* selftest.c - faulty senders against the cases that must catch them, see selftest.h. */
#include "run/selftest.h"

#include <stdlib.h>
#include <string.h>

#include "run/batch.h"
#include "run/prove.h"

struct selftest {
    struct lab_run_config config;
    const struct lab_faulty *list;
    size_t count;
    const struct lab_catalogue *catalogue;
    struct lab_world *world;
    struct lab_adapter *adapter;
    struct lab_console console;
    struct lab_scenario **scenarios;
    size_t scenarios_count;
    struct lab_tally tally;
    struct lab_fault fault;
};

static struct lab_scenario *find(const struct lab_catalogue *catalogue, const char *id)
{
    for (size_t i = 0; id != NULL && i < catalogue->count; i++)
        if (strcmp(catalogue->list[i]->id, id) == 0)
            return catalogue->list[i];
    return NULL;
}

static void add_once(struct selftest *t, struct lab_scenario *s)
{
    for (size_t i = 0; i < t->scenarios_count; i++)
        if (t->scenarios[i] == s)
            return;
    t->scenarios[t->scenarios_count++] = s;
}

/* Every scenario that a row names, and its twin. */
static int gather(struct selftest *t)
{
    t->scenarios = lab_calloc(t->count * 2 + 1, sizeof(struct lab_scenario *));
    for (size_t i = 0; i < t->count; i++) {
        struct lab_scenario *s = find(t->catalogue, t->list[i].scenario);
        struct lab_scenario *twin = s != NULL ? find(t->catalogue, s->twin) : NULL;

        if (s == NULL || lab_expect_for(s, t->list[i].profile, t->list[i].policy) == NULL)
            return lab_fail(&t->fault, EX_DATAERR,
                            "fault %s names the case %s@%s of profile %s, which does not exist",
                            t->list[i].name, t->list[i].scenario,
                            lab_policy_name(t->list[i].policy), t->list[i].profile);
        add_once(t, s);
        if (twin != NULL)
            add_once(t, twin);
    }
    return 0;
}

static void print_one(struct selftest *t, const struct lab_faulty *f, const struct lab_case *k,
                      bool caught, bool alive)
{
    const struct lab_judgement *j = &k->judgement;

    lab_console_say(&t->console, "%s: %-40s %s by %s%s", caught && alive ? "PASS" : "FAIL", f->name,
                    lab_verdict_name(j->verdict), k->name,
                    alive ? "" : ", but its twin is not delivered");
    if (caught && alive)
        return;
    lab_console_say(&t->console, "    fault     %s", f->says);
    lab_console_say(&t->console, "    expected  %s", lab_verdict_name(f->verdict));
    lab_console_say(&t->console, "    seen      %s", j->seen != NULL ? j->seen : "-");
    lab_console_say(&t->console, "    because   %s", j->why != NULL ? j->why : "-");
}

/* One fault: the case and, where there is one, its twin in one batch. */
static int run_one(struct selftest *t, const struct lab_faulty *f)
{
    struct lab_scenario *s = find(t->catalogue, f->scenario);
    struct lab_scenario *pair[2] = {s, s != NULL ? find(t->catalogue, s->twin) : NULL};
    char *dir = lab_format(LAB_WORLD_DIR "/sender/%s", f->name);
    struct lab_case *cases;
    struct lab_case *list[2];
    struct lab_batch b = {.config = &t->config,
                          .world = t->world,
                          .adapter = t->adapter,
                          .console = &t->console,
                          .phase = f->name,
                          .dir = dir,
                          .policy = f->policy,
                          .cases = list};
    int rc;

    t->config.variant = f->name;
    t->config.profile = f->profile;
    t->config.policy = f->policy;
    t->config.scenarios = pair;
    t->config.count = pair[1] != NULL ? 2 : 1;
    b.count = lab_cases_make(&t->config, &cases);
    for (size_t i = 0; i < b.count; i++)
        list[i] = &cases[i];
    rc = lab_batch_run(&b, &t->fault);
    if (rc == 0) {
        bool caught = cases[0].judgement.verdict == f->verdict;
        bool alive = b.count < 2 || cases[1].judgement.verdict == LAB_V_PASS;

        t->tally.passed += caught && alive ? 1 : 0;
        t->tally.failed += caught && alive ? 0 : 1;
        print_one(t, f, &cases[0], caught, alive);
    }
    lab_cases_free(cases, b.count);
    free(dir);
    return rc;
}

static int check_proofs(struct selftest *t)
{
    char **invalid = lab_calloc(t->scenarios_count, sizeof(char *));
    int rc = lab_prove(t->world, t->config.paths, t->scenarios, t->scenarios_count, NULL, invalid,
                       &t->fault);

    for (size_t i = 0; i < t->scenarios_count; i++) {
        if (rc == 0 && invalid[i] != NULL)
            rc = lab_fail(&t->fault, EX_SOFTWARE, "%s is LAB-INVALID: %s", t->scenarios[i]->id,
                          invalid[i]);
        free(invalid[i]);
    }
    free(invalid);
    return rc;
}

static int drive(struct selftest *t)
{
    json_t *hello = NULL;
    int rc = gather(t);

    if (rc == 0)
        rc = lab_world_start(t->config.paths, NULL, t->scenarios, t->scenarios_count, &t->world,
                             &t->fault);
    if (rc == 0)
        rc = check_proofs(t);
    if (rc == 0)
        rc = lab_adapter_open(t->world, t->config.paths, "danesmtp", LAB_WORLD_DIR "/adapter",
                              &t->adapter, &t->fault);
    if (rc == 0)
        rc = lab_batch_greet(t->adapter, &hello, &t->fault);
    for (size_t i = 0; i < t->count && rc == 0; i++)
        rc = run_one(t, &t->list[i]);
    json_decref(hello);
    return rc;
}

static int body(void *self)
{
    struct selftest *t = self;
    int rc;

    lab_console_init(&t->console, LAB_NORMAL);
    rc = drive(t);
    if (rc != 0)
        (void)fprintf(stderr, "danelab: %s\n", t->fault.what);
    else
        lab_console_say(&t->console, "%u passed, %u failed", t->tally.passed, t->tally.failed);
    lab_adapter_close(&t->adapter);
    lab_world_stop(&t->world);
    free(t->scenarios);
    if (rc != 0)
        return 3;
    return t->tally.failed > 0 ? 1 : 0;
}

int lab_selftest(const struct lab_run_config *config, const struct lab_faulty *list, size_t count,
                 const struct lab_catalogue *catalogue, struct lab_tally tally,
                 struct lab_fault *fault)
{
    struct selftest t = {
        .config = *config, .list = list, .count = count, .catalogue = catalogue, .tally = tally};

    return lab_world_enter(body, &t, fault);
}
