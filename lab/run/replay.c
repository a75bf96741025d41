/* replay.c - from a folder of evidence to a judgement, see replay.h. */
#include "run/replay.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "judge/evidence.h"
#include "run/claims.h"

static const char *text_of(const json_t *record, const char *key)
{
    return json_string_value(json_object_get(record, key));
}

static int read_record(const char *dir, json_t **out, struct lab_fault *fault)
{
    char *path = lab_format("%s/verdict.json", dir);
    json_error_t error;
    char *text = NULL;
    int rc = lab_file_read(path, &text, NULL, fault);

    if (rc == 0) {
        *out = json_loads(text, 0, &error);
        if (*out == NULL)
            rc = lab_fail(fault, EX_DATAERR, "%s:%d:%d: %s; expected the record of a case", path,
                          error.line, error.column, error.text);
    }
    free(text);
    free(path);
    return rc;
}

static const struct lab_expect *find_expect(const struct lab_scenario *s, const json_t *record)
{
    const char *policy = text_of(record, "policy");
    const char *profile = text_of(record, "profile");
    enum lab_policy found;

    if (policy == NULL || profile == NULL || !lab_policy_find(policy, &found))
        return NULL;
    return lab_expect_for(s, profile, found);
}

static int judge(const char *dir, const struct lab_scenario *s, const json_t *record,
                 struct lab_replay *out, struct lab_fault *fault)
{
    const struct lab_expect *expect = find_expect(s, record);
    char *smtp = lab_format("%s/smtp.jsonl", dir);
    char *questions = lab_format("%s/queries.txt", dir);
    char *to = lab_scenario_recipient(s, 0);
    struct lab_evidence_index *index = NULL;
    struct lab_evidence evidence;
    struct lab_claim *claims;
    int rc = expect == NULL ? lab_fail(fault, EX_DATAERR,
                                       "%s: the scenario expects nothing under that profile and "
                                       "policy",
                                       dir)
                            : lab_evidence_reopen(smtp, questions, &index, fault);

    if (rc == 0) {
        lab_evidence_of(index, s->id, &evidence);
        evidence.recipient = s->recipients_count > 0 ? to : NULL;
        evidence.attempts = (unsigned)json_integer_value(json_object_get(record, "attempts"));
        (void)lab_report_outcome_find(text_of(record, "outcome"), &evidence.report.outcome);
        evidence.report.reason = text_of(record, "reason");
        evidence.report.text = text_of(record, "text");
        claims = lab_claims_read(json_object_get(record, "claims"), &evidence.report.claims_count);
        evidence.report.claims = claims;
        lab_judge(s, expect, &evidence, &out->judgement);
        lab_claims_free(claims, evidence.report.claims_count);
        lab_evidence_close(&index);
    }
    free(to);
    free(questions);
    free(smtp);
    return rc;
}

static void keep_first(void *self, const char *line)
{
    struct lab_fault *fault = self;

    if (fault->what[0] == '\0')
        (void)lab_fail(fault, EX_DATAERR, "%s", line);
}

/* These say that something did not end, or did not even begin: there is nothing to judge. */
static bool comes_from_evidence(enum lab_verdict v)
{
    return v <= LAB_V_OTHER || v == LAB_V_DISPUTED;
}

int lab_replay_case(const char *dir, struct lab_replay *out, struct lab_fault *fault)
{
    char *path = lab_format("%s/scenario.yaml", dir);
    struct lab_scenario *s = NULL;
    json_t *record = NULL;
    int rc = read_record(dir, &record, fault);

    memset(out, 0, sizeof(*out));
    if (rc == 0 && !lab_verdict_find(text_of(record, "verdict"), &out->recorded))
        rc = lab_fail(fault, EX_DATAERR,
                      "%s/verdict.json: no verdict; expected the record of a case", dir);
    if (rc == 0) {
        out->judged = comes_from_evidence(out->recorded);
        fault->what[0] = '\0';
        s = lab_scenario_load(path, keep_first, fault);
        rc = s == NULL ? -1 : 0;
    }
    if (rc == 0 && out->judged)
        rc = judge(dir, s, record, out, fault);
    if (rc == 0) {
        const char *name = text_of(record, "case");

        out->name = lab_strdup(name != NULL ? name : dir);
    }
    lab_scenario_free(s);
    json_decref(record);
    free(path);
    return rc;
}

void lab_replay_free(struct lab_replay *replay)
{
    free(replay->name);
    lab_judgement_free(&replay->judgement);
    memset(replay, 0, sizeof(*replay));
}
