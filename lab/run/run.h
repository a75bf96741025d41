/* run.h - one run: a world, a sender behind its adapter, cases, verdicts. */
#ifndef LAB_RUN_RUN_H
#define LAB_RUN_RUN_H

#include <stdio.h>

#include "base/base.h"
#include "judge/judge.h"
#include "run/differs.h"
#include "world/world.h"

struct lab_known; /* known.h */
struct lab_knowns;

/* A scenario under one policy. */
struct lab_case {
    struct lab_scenario *scenario;
    enum lab_policy policy;
    const struct lab_expect *expect;
    char *name; /* "ID", or "ID@POLICY" if the policy is not dane */
    struct lab_judgement judgement;
    enum lab_report_outcome outcome;
    char *reason, *text; /* the sender's, or NULL */
    unsigned attempts;   /* how often the sender was asked */
    struct lab_claim *claims;
    unsigned claims_count;
    bool judged;
    const struct lab_known *known; /* the row of the expect file, or NULL */
    bool stale;                    /* and it says something else than what was seen */
};

/* Does the sender do DANE? See group.h. */
struct lab_group {
    bool without_dane;
    enum lab_policy instead; /* without: the policy that it is run with where dane is asked for */
};

/* What is run when nobody says otherwise. */
#define LAB_DEFAULT_SUT "danesmtp"
#define LAB_DEFAULT_PROFILE "rfc7672"

/* How much of a run is said: nothing; what needs attention and one line in the end; a line a case;
 * and why, of those that pass, too. */
enum lab_loudness { LAB_NORMAL, LAB_SILENT, LAB_QUIET, LAB_VERBOSE };

struct lab_run_config {
    const struct lab_paths *paths;
    const char *sut; /* adapter name */
    const char
        *variant; /* passed to the adapter, or NULL: selftest's fault, an option of the sender */
    const struct lab_resolver *resolver; /* NULL: the default */
    const struct lab_setup
        *setup; /* where variant and resolver come from; NULL: --variant and so on */
    const struct lab_differs *differs; /* what resolvers see otherwise; NULL: nothing */
    const char *profile;
    const struct lab_knowns *knowns;       /* known failures, or NULL */
    bool any_policy;                       /* all policies that scenarios have expectations for */
    enum lab_policy policy;                /* otherwise only this */
    struct lab_scenario *const *scenarios; /* selected */
    const unsigned *policies; /* for each, the policies asked for, as bits 1 << POLICY; NULL: all */
    size_t count;
    struct lab_scenario *const *controls; /* the controls; they may be among the selected */
    size_t controls_count;
    const char *out_dir; /* absolute; NULL: nothing is written */
    unsigned min;        /* fewer judged cases than this is exit status 4 */
    unsigned deadline;   /* seconds for a batch */
    unsigned jobs;       /* messages that the sender may have under way at once; 0: 64 */
    const char *wrap;    /* a command to put in front of the sender's, or NULL */
    bool shuffle;        /* submit in an order that seed makes */
    unsigned seed;       /* also given to the sender; 0: 1 */
    bool lean;           /* no folder for a case that passed */
    bool fast;           /* interpreted by danelab-fast; only its runner takes this */
    enum lab_loudness loudness;
    const char *command; /* how the run was started, for repro.sh */
};

struct lab_run_result {
    struct lab_case *cases;
    size_t count;
    unsigned passed, failed, skipped; /* gates; SKIP and UNSUPPORTED count as skipped */
    unsigned known;                   /* failures that the expect file has; not in failed */
    unsigned stale;                   /* cases whose row no longer holds; also in failed */
    bool lab_broken;                  /* LAB-INVALID, ADAPTER-ERROR, a daemon died */
    struct lab_group group;           /* of the sender */
    int boot_ms, total_ms;
};

/* "ID", or "ID@POLICY" if the policy is not dane; the caller frees it. */
char *lab_case_name(const struct lab_scenario *s, enum lab_policy policy);
/* All cases of the configuration, in order of scenario and policy. */
size_t lab_cases_make(const struct lab_run_config *config, struct lab_case **out);
void lab_cases_free(struct lab_case *cases, size_t count);

/* Why the cases of this scenario are SKIP in such a run, whatever the sender does, or NULL. */
const char *lab_run_skips(const struct lab_run_config *config, const struct lab_scenario *s);

/* Fill passed, failed, skipped, known, stale and (if true) lab_broken from the cases' verdicts. */
void lab_run_count(struct lab_run_result *result);
/* The exit status of design 4.3. */
int lab_run_status(const struct lab_run_config *config, const struct lab_run_result *result);

/* Boot a world, prove, send, judge, write. Enters namespaces of its own. Exit status of design 4.3:
 * 0 clean, 1 regression, 3 lab or adapter broken, 4 fewer than min ran. Prints to standard output.
 * -1 with fault: could not even begin. */
LAB_MUST_USE int lab_run(const struct lab_run_config *config, struct lab_fault *fault);

#endif
