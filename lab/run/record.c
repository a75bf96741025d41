/* record.c - run.jsonl of record.h. */
#include "run/record.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "run/claims.h"
#include "run/evidence_dir.h"
#include "run/known.h"
#include "run/out_dir.h"
#include "run/setup.h"

struct lab_record {
    const struct lab_run_config *config;
    FILE *out;
    bool any;  /* case is in it */
    bool last; /* out/last names it */
};

static int write_line(struct lab_record *r, json_t *object, struct lab_fault *fault)
{
    int rc = json_dumpf(object, r->out, JSON_COMPACT | JSON_PRESERVE_ORDER);

    json_decref(object);
    return rc == 0 && fputc('\n', r->out) != EOF && fflush(r->out) == 0
               ? 0
               : lab_fail_errno(fault, "%s/run.jsonl", r->config->out_dir);
}

/* SHA-256 over the files of these scenarios, in order: two runs with the same one tested the same
 * things. */
static char *inputs_digest(struct lab_scenario *const *scenarios, size_t count)
{
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    uint8_t digest[32];

    (void)EVP_DigestInit_ex(hash, EVP_sha256(), NULL);
    for (size_t i = 0; i < count; i++) {
        struct lab_fault ignored;
        char *text;
        size_t len;

        if (lab_file_read(scenarios[i]->path, &text, &len, &ignored) != 0)
            continue;
        (void)EVP_DigestUpdate(hash, text, len);
        free(text);
    }
    (void)EVP_DigestFinal_ex(hash, digest, NULL);
    EVP_MD_CTX_free(hash);
    return lab_hex(digest, sizeof(digest));
}

/* out/last names the newest run there in which a sender was asked for something; a failure to say
 * so is no failure of the run. In other places it would be one directory too many: of the parts to
 * be merged, for one. */
static void link_last(const char *out_dir)
{
    const char *slash = strrchr(out_dir, '/');
    char *link = lab_format("%.*s/last", (int)(slash - out_dir), out_dir);

    if (strlen(link) >= 9 && strcmp(link + strlen(link) - 9, "/out/last") == 0) {
        (void)unlink(link);
        (void)!symlink(slash + 1, link);
    }
    free(link);
}

static json_t *header(const struct lab_run_config *c, const json_t *hello)
{
    struct utsname host;
    char *digest = inputs_digest(c->scenarios, c->count);
    const char *kind = json_string_value(json_object_get(hello, "kind"));
    json_t *h;

    (void)uname(&host);
    h = json_pack(
        "{s:s, s:i, s:s, s:O?, s:O?, s:s, s:s, s:s?, s:s?, s:s?, s:s?, s:s, s:b, s:I, s:i, "
        "s:s, s:s, s:s}",
        "type", "header", "format", 1, "sut", c->sut, "name", json_object_get(hello, "name"),
        "version", json_object_get(hello, "version"), "kind", kind != NULL ? kind : "sender",
        "profile", c->profile, "setup", c->setup != NULL ? c->setup->name : NULL, "setup_says",
        c->setup != NULL ? c->setup->says : NULL, "setup_remedy",
        c->setup != NULL ? c->setup->remedy : NULL, "variant", c->variant, "resolver",
        (c->resolver != NULL ? c->resolver : lab_resolver_at(0))->name, "fast", (int)c->fast,
        "epoch", (json_int_t)LAB_EPOCH, "scenarios", (int)c->count, "inputs_sha256", digest,
        "kernel", host.release, "command", c->command);
    free(digest);
    return h;
}

int lab_record_open(const struct lab_run_config *config, const json_t *hello,
                    struct lab_record **out, struct lab_fault *fault)
{
    struct lab_record *r = lab_calloc(1, sizeof(*r));
    char *path = lab_format("%s/run.jsonl", config->out_dir);

    r->config = config;
    if (lab_make_dirs(config->out_dir, fault) == 0 && lab_out_clear(config->out_dir, fault) == 0) {
        r->out = fopen(path, "we");
        if (r->out == NULL)
            (void)lab_fail_errno(fault, "%s: cannot create", path);
    }
    free(path);
    if (r->out == NULL || write_line(r, header(config, hello), fault) != 0) {
        if (r->out != NULL)
            (void)fclose(r->out);
        free(r);
        return -1;
    }
    *out = r;
    return 0;
}

static json_t *strings(char *const *list, unsigned count)
{
    json_t *array = json_array();

    for (unsigned i = 0; i < count; i++)
        (void)json_array_append_new(array, json_string(list[i]));
    return array;
}

json_t *lab_record_verdict(const struct lab_run_config *config, const struct lab_case *k)
{
    const struct lab_scenario *s = k->scenario;
    char *digest = inputs_digest(&k->scenario, 1);
    json_t *record = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:s?, s:s, s:i, s:s?, s:s?, "
        "s:s?, s:s?, s:s?, s:s?, s:s?, s:b, s:o}",
        "type", "case", "case", k->name, "id", s->id, "title", s->title, "scenario_sha256", digest,
        "topic", s->topic, "profile", config->profile, "policy", lab_policy_name(k->policy),
        "verdict", lab_verdict_name(k->judgement.verdict), "impact", lab_impact_name(s->impact),
        "rules", strings(s->rules, s->rules_count), "tags", strings(s->tags, s->tags_count), "twin",
        s->twin, "outcome", lab_report_outcome_name(k->outcome), "attempts", (int)k->attempts,
        "reason", k->reason, "text", k->text, "expected", k->judgement.expected, "seen",
        k->judgement.seen, "why", k->judgement.why, "known",
        k->known != NULL ? k->known->why : NULL, "reference",
        k->known != NULL ? k->known->reference : NULL, "stale", (int)k->stale, "claims",
        lab_claims_json(k->claims, k->claims_count));

    free(digest);
    return record;
}

int lab_record_case(struct lab_record *r, const struct lab_world *world, const struct lab_case *k,
                    const struct lab_evidence *evidence, const struct lab_traces *traces,
                    struct lab_fault *fault)
{
    r->any = true;
    /* Not if the adapter broke before it came to that: then the run before is worth more. */
    if (!r->last && (k->attempts > 0 || k->judgement.verdict == LAB_V_UNSUPPORTED)) {
        link_last(r->config->out_dir);
        r->last = true;
    }
    if (write_line(r, lab_record_verdict(r->config, k), fault) != 0)
        return -1;
    if (r->config->lean && k->judgement.verdict == LAB_V_PASS)
        return 0;
    return lab_evidence_dir_write(r->config, world, k, evidence, traces, fault);
}

static json_t *footer(const struct lab_run_result *result)
{
    json_t *verdicts = json_object();

    for (size_t i = 0; i < result->count; i++) {
        const char *name = lab_verdict_name(result->cases[i].judgement.verdict);
        json_int_t n = json_integer_value(json_object_get(verdicts, name));

        (void)json_object_set_new(verdicts, name, json_integer(n + 1));
    }
    return json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:o, s:i, s:i, s:b}", "type", "footer",
                     "cases", (int)result->count, "passed", (int)result->passed, "failed",
                     (int)result->failed, "skipped", (int)result->skipped, "known",
                     (int)result->known, "stale", (int)result->stale, "verdicts", verdicts,
                     "boot_ms", result->boot_ms, "total_ms", result->total_ms, "lab_broken",
                     (int)result->lab_broken);
}

int lab_record_close(struct lab_record **r, const struct lab_run_result *result,
                     struct lab_fault *fault)
{
    struct lab_record *it = *r;
    int rc = 0;

    if (it == NULL)
        return 0;
    /* No batch was sent, as the controls failed: what was then said of each case. */
    for (size_t i = 0; i < result->count && !it->any && rc == 0; i++)
        rc = write_line(it, lab_record_verdict(it->config, &result->cases[i]), fault);
    if (rc == 0)
        rc = write_line(it, footer(result), fault);
    (void)fclose(it->out);
    free(it);
    *r = NULL;
    return rc;
}
