/* matrix.c - see matrix.h. */
#include "run/matrix.h"

#include <stdlib.h>

#include "run/batch.h"
#include "run/prove.h"

/* Faults of one world: its logs and packets are kept in memory. */
enum { FAULTS_OF_A_WORLD = 12 };

struct matrix {
    struct lab_run_config config;
    char *const *faults;
    size_t count;
    size_t begin, done; /* of all faults, for the progress line */
    FILE *out;
    char **invalid; /* for each scenario */
    struct lab_world *world;
    struct lab_adapter *adapter;
    struct lab_console console;
    struct lab_fault fault;
};

static bool proven(const struct matrix *m, const struct lab_scenario *s)
{
    for (size_t i = 0; i < m->config.count; i++)
        if (m->config.scenarios[i] == s)
            return m->invalid[i] == NULL;
    return false;
}

/* All cases of one policy in one batch. */
static int run_policy(struct matrix *m, const char *name, struct lab_case *cases, size_t count,
                      enum lab_policy policy)
{
    struct lab_case **list = lab_calloc(count, sizeof(struct lab_case *));
    char *dir = lab_format(LAB_WORLD_DIR "/sender/matrix");
    struct lab_batch b = {.config = &m->config,
                          .world = m->world,
                          .adapter = m->adapter,
                          .console = &m->console,
                          .phase = name,
                          .dir = dir,
                          .policy = policy,
                          .cases = list};
    int rc;

    for (size_t i = 0; i < count; i++)
        if (cases[i].policy == policy && proven(m, cases[i].scenario))
            list[b.count++] = &cases[i];
    rc = b.count > 0 ? lab_batch_run(&b, &m->fault) : 0;
    free(dir);
    free(list);
    return rc;
}

static int run_fault(struct matrix *m, const char *name)
{
    struct lab_case *cases;
    size_t count, caught = 0;
    int rc = 0;

    m->config.variant = name;
    count = lab_cases_make(&m->config, &cases);
    for (int p = 0; p < LAB_POLICY_COUNT && rc == 0; p++)
        rc = run_policy(m, name, cases, count, (enum lab_policy)p);
    for (size_t i = 0; i < count && rc == 0; i++) {
        enum lab_verdict verdict = cases[i].judgement.verdict;

        if (!cases[i].judged || !lab_verdict_gates(verdict))
            continue;
        caught++;
        (void)fprintf(m->out, "%s\t%s\t%s\t%s\n", name, m->config.profile, cases[i].name,
                      lab_verdict_name(verdict));
    }
    if (rc == 0 && caught == 0)
        (void)fprintf(m->out, "%s\t%s\t-\t-\n", name, m->config.profile);
    (void)fflush(m->out);
    (void)fprintf(stderr, "%zu of %zu: %s, %zu case%s\n", m->begin + m->done, m->begin + m->count,
                  name, caught, lab_plural(caught));
    lab_cases_free(cases, count);
    return rc;
}

static int drive(struct matrix *m)
{
    json_t *hello = NULL;
    int rc = lab_world_start(m->config.paths, NULL, m->config.scenarios, m->config.count, &m->world,
                             &m->fault);

    if (rc == 0)
        rc = lab_prove(m->world, m->config.paths, m->config.scenarios, m->config.count, NULL,
                       m->invalid, &m->fault);
    if (rc == 0)
        rc = lab_adapter_open(m->world, m->config.paths, "danesmtp", LAB_WORLD_DIR "/adapter",
                              &m->adapter, &m->fault);
    if (rc == 0)
        rc = lab_batch_greet(m->adapter, &hello, &m->fault);
    if (rc == 0)
        rc = run_fault(m, "none");
    for (m->done = 1; rc == 0 && m->done <= m->count; m->done++)
        rc = run_fault(m, m->faults[m->done - 1]);
    json_decref(hello);
    return rc;
}

static int body(void *self)
{
    struct matrix *m = self;
    int rc;

    lab_console_init(&m->console, LAB_SILENT);
    m->invalid = lab_calloc(m->config.count, sizeof(char *));
    rc = drive(m);
    if (rc != 0)
        (void)fprintf(stderr, "danelab: %s\n", m->fault.what);
    lab_adapter_close(&m->adapter);
    lab_world_stop(&m->world);
    for (size_t i = 0; i < m->config.count; i++)
        free(m->invalid[i]);
    free(m->invalid);
    return rc == 0 ? 0 : 3;
}

int lab_matrix(const struct lab_run_config *config, char *const faults[], size_t count,
               const char *out, struct lab_fault *fault)
{
    FILE *f = fopen(out, "ae");
    int rc = 0;

    if (f == NULL)
        return lab_fail_errno(fault, "%s: cannot open", out);
    for (size_t i = 0; i < count && rc == 0; i += FAULTS_OF_A_WORLD) {
        struct matrix m = {.config = *config, .faults = faults + i, .begin = i, .out = f};

        m.count = count - i < FAULTS_OF_A_WORLD ? count - i : FAULTS_OF_A_WORLD;
        rc = lab_world_enter(body, &m, fault);
    }
    (void)fclose(f);
    return rc;
}
