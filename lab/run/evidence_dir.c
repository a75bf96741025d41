/* evidence_dir.c - everything about one case in one folder, see evidence_dir.h. */
#include "run/evidence_dir.h"

#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/escape.h"
#include "judge/drawing.h"
#include "run/record.h"
#include "run/setup.h"

struct folder {
    const char *dir;
    const struct lab_world *world;
    const struct lab_case *k;
    const struct lab_evidence *evidence;
    const struct lab_traces *traces;
    struct lab_fault *fault;
};

static void put_option(struct lab_text *t, const char *name, const char *value)
{
    lab_text_put(t, " --%s ", name);
    lab_put_word(t, value);
}

/* What was not as usual on the sender's side. */
static void put_manner(struct lab_text *t, const struct lab_run_config *config)
{
    if (config->setup != NULL) {
        put_option(t, "setup", config->setup->name);
        return;
    }
    if (config->variant != NULL)
        put_option(t, "variant", config->variant);
    if (config->resolver != NULL && config->resolver != lab_resolver_at(0))
        put_option(t, "resolver", config->resolver->name);
}

char *lab_rerun_command(const struct lab_run_config *config, const struct lab_case *k)
{
    char *name = lab_format("%s@%s", k->scenario->id, lab_policy_name(k->policy));
    const bool first = name[0] != '-'; /* a report may be about any record, made up or not */
    struct lab_text t = {0};

    lab_text_put(&t, first ? "danelab run " : "danelab run");
    if (first)
        lab_put_word(&t, name);
    if (strcmp(config->sut, LAB_DEFAULT_SUT) != 0)
        put_option(&t, "sut", config->sut);
    if (strcmp(config->profile, LAB_DEFAULT_PROFILE) != 0)
        put_option(&t, "profile", config->profile);
    put_manner(&t, config);
    if (config->fast)
        lab_text_put(&t, " --fast");
    if (!first) {
        lab_text_put(&t, " -- ");
        lab_put_word(&t, name);
    }
    free(name);
    return t.text;
}

static int put(const struct folder *f, const char *name, const char *text)
{
    char *path = lab_format("%s/%s", f->dir, name);
    int rc = lab_file_write(path, text, strlen(text), f->fault);

    free(path);
    return rc;
}

static int copy(const struct folder *f, const char *from, const char *name)
{
    char *text;
    int rc;

    if (lab_file_read(from, &text, NULL, f->fault) != 0)
        return -1;
    rc = put(f, name, text);
    free(text);
    return rc;
}

static int put_scenario(const struct folder *f)
{
    char *text;
    int rc = lab_scenario_text(f->k->scenario, &text, f->fault);

    if (rc != 0)
        return -1;
    rc = put(f, "scenario.yaml", text);
    free(text);
    return rc;
}

/* The zones of the scenario as the server has them. A lame zone has none. */
static int put_zones(const struct folder *f)
{
    const struct lab_scenario *s = f->k->scenario;
    int rc = 0;

    if (f->world == NULL)
        return 0;
    for (unsigned i = 0; i < s->zones_count && rc == 0; i++) {
        char *zone = lab_scenario_name(s, s->zones[i].name);
        char *from = lab_format(LAB_WORLD_DIR "/leaf/%szone", zone);
        char *to = lab_format("zones/%szone", zone);

        if (s->zones[i].served)
            rc = copy(f, from, to);
        free(to);
        free(from);
        free(zone);
    }
    return rc;
}

static int put_certs(const struct folder *f)
{
    const struct lab_scenario *s = f->k->scenario;

    if (f->world == NULL)
        return 0;
    for (unsigned i = 0; i < s->hosts_count; i++) {
        const struct lab_chain *chain = lab_world_chain(f->world, s, &s->hosts[i]);
        char *path = lab_format("%s/certs/%s.pem", f->dir, s->hosts[i].name);
        FILE *out = chain != NULL ? fopen(path, "we") : NULL;

        for (unsigned c = 0; out != NULL && c < chain->count; c++) {
            (void)fprintf(out, "%s%s\n", chain->certs[c].element,
                          chain->certs[c].sent ? "" : " (not sent)");
            (void)PEM_write_X509(out, chain->certs[c].x509);
        }
        if (out != NULL)
            (void)fclose(out);
        free(path);
    }
    return 0;
}

static int put_queries(const struct folder *f)
{
    struct lab_text t = {0};
    int rc;

    lab_text_put(&t, "%s", "");
    for (unsigned i = 0; i < f->evidence->queries_count; i++)
        lab_text_put(&t, "%s %s\n", f->evidence->queries[i].name, f->evidence->queries[i].type);
    rc = put(f, "queries.txt", t.text);
    free(t.text);
    return rc;
}

static int put_sessions(const struct folder *f)
{
    struct lab_text t = {0};
    int rc;

    lab_text_put(&t, "%s", "");
    for (unsigned i = 0; i < f->evidence->sessions_count; i++) {
        const struct lab_session *s = &f->evidence->sessions[i];
        char *reply = lab_session_reply(s);

        lab_text_put(&t, "session %u with %s (%s)\n", s->conn, s->host, s->address);
        lab_text_put(&t, "  STARTTLS %s; TLS %s%s%s; SNI %s\n", s->starttls ? "sent" : "not sent",
                     s->tls ? s->tls_version : "no", s->tls_error != NULL ? ": " : "",
                     s->tls_error != NULL ? s->tls_error : "", s->sni != NULL ? s->sni : "none");
        lab_text_put(&t, "  MAIL %s%s; message %s, %s\n", s->mail ? "sent" : "not sent",
                     s->clear_mail ? " in clear" : "",
                     !s->message      ? "not sent"
                     : s->message_tls ? "sent in TLS"
                                      : "sent in clear",
                     reply);
        free(reply);
    }
    rc = put(f, "sessions.txt", t.text);
    free(t.text);
    return rc;
}

/* Those of the scenario, without what the lab itself asked at the scenario's steps. */
static size_t sender_packets(const struct folder *f, const struct lab_packet ***out)
{
    size_t count = lab_packets_of(f->traces->packets, f->k->scenario, out);
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        if (!lab_traces_in_gap(f->traces, (*out)[i]->ns))
            (*out)[kept++] = (*out)[i];
    }
    return kept;
}

/* When the clock was set for this scenario, and what then became different. */
static void add_steps(const struct folder *f, struct lab_timeline *timeline)
{
    const struct lab_scenario *s = f->k->scenario;
    const struct lab_world_time *times;
    unsigned count = lab_world_times(f->world, &times);

    for (unsigned i = 0; i < count; i++) {
        for (unsigned n = 0; n < s->steps_count; n++) {
            const struct lab_later *step = &s->steps[n];

            if (s->later[n].now == times[i].now)
                lab_timeline_add(timeline, times[i].at_ms * 1000000, "clock",
                                 lab_format("%s after the start: %u zones and %u hosts change",
                                            step->at, step->zones_count, step->hosts_count));
        }
    }
}

/* All packets, also as lines of the story. */
static int put_packets(const struct folder *f, struct lab_timeline *timeline)
{
    const struct lab_packet **packets;
    size_t count = sender_packets(f, &packets);
    char *path = lab_format("%s/packets.pcapng", f->dir);
    int rc =
        lab_pcapng_write(path, packets, count, &f->traces->secrets, f->traces->epoch_ns, f->fault);

    lab_timeline_packets(timeline, packets, count);
    free(packets);
    free(path);
    return rc;
}

/* Wire and logs: the SMTP hosts' lines as they are, all packets, and both as one story. */
static int put_traces(const struct folder *f)
{
    struct lab_text raw = {0}, story = {0};
    struct lab_timeline timeline = {0};
    int rc = 0;

    lab_transcript_of(f->traces->transcript, f->evidence, &raw, &timeline);
    if (f->world != NULL) {
        rc = put_packets(f, &timeline);
        add_steps(f, &timeline);
    }
    if (f->k->text != NULL)
        lab_timeline_end(&timeline, "sender", lab_format("says: %s", f->k->text));
    lab_timeline_write(&timeline, &story);
    if (rc == 0)
        rc = put(f, "smtp.jsonl", raw.text);
    if (rc == 0)
        rc = put(f, "timeline.txt", story.text);
    free(raw.text);
    free(story.text);
    return rc;
}

static int put_verdict(const struct folder *f, const struct lab_run_config *config)
{
    json_t *verdict = lab_record_verdict(config, f->k);
    char *text = json_dumps(verdict, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    char *command = lab_rerun_command(config, f->k);
    char *program = lab_format("%s/danelab", config->paths->bin);
    struct lab_text script = {0};
    int rc = put(f, "verdict.json", text);

    lab_text_put(&script, "#!/bin/sh\n# Runs this case again.\n[ -n \"$DANELAB\" ] || DANELAB=");
    lab_put_word(&script, program);
    lab_text_put(&script, "\nexec \"$DANELAB\"%s \"$@\"\n", strchr(command, ' '));
    if (rc == 0)
        rc = put(f, "repro.sh", script.text);
    free(script.text);
    free(program);
    free(command);
    free(text);
    json_decref(verdict);
    return rc;
}

static int put_drawing(const struct folder *f, const struct lab_run_config *config)
{
    const struct lab_drawing d = {f->k->scenario,  f->k->expect,
                                  config->profile, f->k->policy,
                                  f->evidence,     lab_verdict_name(f->k->judgement.verdict)};
    struct lab_text svg = {0};
    int rc;

    lab_draw(&d, &svg);
    rc = put(f, "path.svg", svg.text);
    free(svg.text);
    return rc;
}

static int make_dirs(const struct folder *f)
{
    static const char *const parts[] = {"zones", "certs"};
    int rc = 0;

    for (size_t i = 0; i < LAB_COUNT(parts) && rc == 0; i++) {
        char *path = lab_format("%s/%s", f->dir, parts[i]);

        rc = lab_make_dirs(path, f->fault);
        free(path);
    }
    return rc;
}

int lab_evidence_dir_write(const struct lab_run_config *config, const struct lab_world *world,
                           const struct lab_case *k, const struct lab_evidence *evidence,
                           const struct lab_traces *traces, struct lab_fault *fault)
{
    char *dir = lab_format("%s/%s", config->out_dir, k->name);
    char *script = lab_format("%s/repro.sh", dir);
    struct folder f = {dir, world, k, evidence, traces, fault};
    int rc = make_dirs(&f);

    if (rc == 0)
        rc = put_scenario(&f);
    if (rc == 0)
        rc = put_zones(&f);
    if (rc == 0)
        rc = put_certs(&f);
    if (rc == 0)
        rc = put_queries(&f);
    if (rc == 0)
        rc = put_sessions(&f);
    if (rc == 0)
        rc = put_traces(&f);
    if (rc == 0)
        rc = put_drawing(&f, config);
    if (rc == 0)
        rc = put_verdict(&f, config);
    if (rc == 0)
        (void)chmod(script, 0755);
    free(script);
    free(dir);
    return rc;
}
