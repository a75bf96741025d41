/* labfaults.c - labs with one fault each: which one is in the environment, DANELAB_FAULT.
 *
 * danelab-faulty is danelab linked with --wrap for a few of its functions (tests/labfaults/wraps).
 * Each wrapper does what the real one does, unless its fault is switched on. What has to come of
 * each is in labfaults.tsv; danelab itself knows nothing of it. */
#include <stdlib.h>
#include <string.h>

#include "faults/faults.h"
#include "judge/evidence.h"
#include "sign/sign.h"
#include "sign/tree.h"
#include "world/capture.h"
#include "world/internal.h"

/* clang-format off */
WRAPPED(int, lab_capture_start, int sender, int internet, const char *path, pid_t *pid, struct lab_fault *fault)
WRAPPED(int, lab_damage_apply, struct lab_built *built, struct lab_fault *fault)
WRAPPED(int, lab_evidence_collect, const char *smtp_log, const char *dns_log, struct lab_evidence_from from, struct lab_evidence_index **out, struct lab_fault *fault)
WRAPPED(int, lab_evidence_now, const char *smtp_log, const char *dns_log, struct lab_evidence_from *out, struct lab_fault *fault)
WRAPPED(void, lab_evidence_of, struct lab_evidence_index *index, const char *id, struct lab_evidence *out)
WRAPPED(int, lab_file_read, const char *path, char **text, size_t *len, struct lab_fault *fault)
WRAPPED(void, lab_judge, const struct lab_scenario *s, const struct lab_expect *expect, const struct lab_evidence *seen, struct lab_judgement *out)
WRAPPED(int, lab_smtp_serve, const struct lab_smtp_host *hosts, size_t count, const lab_smtp_round *round, const char *log_path, const char *key_log,
        int ready_fd, struct lab_fault *fault)
WRAPPED(int, lab_tree_add, struct lab_tree *tree, const struct lab_zone_input *zone, struct lab_fault *fault)
WRAPPED(int, lab_tree_write, struct lab_tree *tree, const char *dir, struct lab_fault *fault)
WRAPPED(int, lab_world_connect, struct lab_world *w, struct lab_fault *fault)
WRAPPED(int, lab_world_make_sender, struct lab_world *w, struct lab_fault *fault)
WRAPPED(void, lab_world_show, const struct lab_world *world, enum lab_show show)
WRAPPED(pid_t, lab_world_spawn, const struct lab_world *world, char *const argv[], const char *cwd, int in, int out, int err, struct lab_fault *fault)
WRAPPED(int, lab_world_write_resolver, const struct lab_world *w, struct lab_fault *fault)
/* clang-format on */

static bool broken_by(const char *name)
{
    const char *wanted = getenv("DANELAB_FAULT");

    return wanted != NULL && strcmp(wanted, name) == 0;
}

static bool ends_in(const char *text, const char *end)
{
    size_t a = strlen(text);
    size_t b = strlen(end);

    return a >= b && strcmp(text + a - b, end) == 0;
}

/* --- the world --- */

/* The file with a word replaced by another, or with a line added. */
static int edit(const char *path, const char *word, const char *other, struct lab_fault *fault)
{
    struct lab_text out = {0};
    char *text = NULL;
    char *at;
    int rc = REAL(lab_file_read)(path, &text, NULL, fault);

    if (rc != 0)
        return rc;
    at = strstr(text, word);
    if (at == NULL)
        rc = lab_fail(fault, EX_SOFTWARE, "no \"%s\" in %s to put a fault there", word, path);
    else
        lab_text_put(&out, "%.*s%s%s", (int)(at - text), text, other, at + strlen(word));
    if (rc == 0)
        rc = lab_file_write(path, out.text, out.len, fault);
    free(out.text);
    free(text);
    return rc;
}

int WRAP(lab_world_write_resolver)(const struct lab_world *w, struct lab_fault *fault)
{
    static const char conf[] = LAB_WORLD_DIR "/resolver.conf";
    int rc = REAL(lab_world_write_resolver)(w, fault);

    if (rc == 0 && broken_by("resolver-does-not-validate"))
        rc = edit(conf, "validator iterator", "iterator", fault);
    if (rc == 0 && broken_by("resolver-forgives"))
        rc = edit(conf, "server:\n", "server:\n  val-permissive-mode: yes\n", fault);
    if (rc == 0 && broken_by("resolver-logs-nothing"))
        rc = edit(conf, "log-queries: yes", "log-queries: no", fault);
    return rc;
}

int WRAP(lab_tree_add)(struct lab_tree *tree, const struct lab_zone_input *zone,
                       struct lab_fault *fault)
{
    struct lab_zone_input changed = *zone;

    if (broken_by("zones-are-not-signed") && zone->damage_count == 0)
        changed.is_signed = false;
    return REAL(lab_tree_add)(tree, &changed, fault);
}

int WRAP(lab_damage_apply)(struct lab_built *built, struct lab_fault *fault)
{
    return broken_by("damage-does-nothing") ? 0 : REAL(lab_damage_apply)(built, fault);
}

int WRAP(lab_tree_write)(struct lab_tree *tree, const char *dir, struct lab_fault *fault)
{
    int rc = REAL(lab_tree_write)(tree, dir, fault);

    return rc == 0 && broken_by("wrong-trust-anchor")
               ? edit(LAB_WORLD_DIR "/trust-anchor", " 2 ", " 2 00", fault)
               : rc;
}

int WRAP(lab_world_make_sender)(struct lab_world *w, struct lab_fault *fault)
{
    int rc = REAL(lab_world_make_sender)(w, fault);

    if (rc == 0 && broken_by("clock-is-not-set")) {
        w->clock_offset = 0;
        rc = lab_world_set_clock(w, 0, fault);
    }
    return rc;
}

int WRAP(lab_world_connect)(struct lab_world *w, struct lab_fault *fault)
{
    int rc = REAL(lab_world_connect)(w, fault);

    if (rc != 0 || !broken_by("sender-without-ipv6"))
        return rc;
    if (lab_spaces_enter_net(w->sender.net, fault) != 0)
        return -1;
    rc = lab_file_write("/proc/sys/net/ipv6/conf/eth0/disable_ipv6", "1\n", 2, fault);
    return lab_spaces_enter_net(w->internet.net, fault) != 0 ? -1 : rc;
}

/* The adapter, and with it the sender, in the wrong place: beside the lab's resolver. */
pid_t WRAP(lab_world_spawn)(const struct lab_world *world, char *const argv[], const char *cwd,
                            int in, int out, int err, struct lab_fault *fault)
{
    struct lab_world changed = *world;

    if (broken_by("sender-is-elsewhere") && ends_in(argv[0], "/adapter"))
        changed.sender.net = world->internet.net;
    return REAL(lab_world_spawn)(&changed, argv, cwd, in, out, err, fault);
}

int WRAP(lab_capture_start)(int sender, int internet, const char *path, pid_t *pid,
                            struct lab_fault *fault)
{
    if (!broken_by("no-packets"))
        return REAL(lab_capture_start)(sender, internet, path, pid, fault);
    return 0;
}

/* --- the hosts --- */

/* What each host shows and does becomes the next one's, or the same for all. */
int WRAP(lab_smtp_serve)(const struct lab_smtp_host *hosts, size_t count,
                         const lab_smtp_round *round, const char *log_path, const char *key_log,
                         int ready_fd, struct lab_fault *fault)
{
    struct lab_smtp_host *changed = lab_calloc(count + 1, sizeof(*changed));

    for (size_t i = 0; i < count; i++) {
        changed[i] = hosts[i];
        if (broken_by("swapped-certificates"))
            changed[i].chain = hosts[(i + 1) % count].chain;
        if (broken_by("hosts-accept-everything"))
            changed[i].behaviour = lab_behaviour_find("starttls");
        if (broken_by("hosts-change-places")) {
            changed[i].address4 = hosts[(i + 1) % count].address4;
            changed[i].address6 = hosts[(i + 1) % count].address6;
        }
    }
    if (broken_by("hosts-log-nothing"))
        log_path = "/dev/null";
    /* as the real one it returns only when it fails */
    return REAL(lab_smtp_serve)(changed, count, round, log_path, key_log, ready_fd, fault);
}

void WRAP(lab_world_show)(const struct lab_world *world, enum lab_show show)
{
    REAL(lab_world_show)(world, broken_by("hosts-never-change") ? LAB_FIRST_SIDE : show);
}

/* --- proof, evidence, judgement --- */

/* Where there was nothing to read. */
static int read_nothing(char **text, size_t *len)
{
    *text = lab_strdup("");
    if (len != NULL)
        *len = 0;
    return 0;
}

int WRAP(lab_file_read)(const char *path, char **text, size_t *len, struct lab_fault *fault)
{
    int rc;

    if (broken_by("nothing-is-proven") && ends_in(path, "/prove.out"))
        return read_nothing(text, len);
    rc = REAL(lab_file_read)(path, text, len, fault);
    /* the last answer is missing */
    if (rc == 0 && broken_by("one-thing-is-not-proven") && ends_in(path, "/prove.out") &&
        strlen(*text) > 1) {
        (*text)[strlen(*text) - 1] = '\0';
        (*strrchr(*text, '\n')) = '\0';
    }
    return rc;
}

int WRAP(lab_evidence_collect)(const char *smtp_log, const char *dns_log,
                               struct lab_evidence_from from, struct lab_evidence_index **out,
                               struct lab_fault *fault)
{
    if (broken_by("blind-to-smtp")) {
        smtp_log = "/dev/null";
        from.smtp = 0;
    }
    if (broken_by("blind-to-dns")) {
        dns_log = "/dev/null";
        from.dns = 0;
    }
    return REAL(lab_evidence_collect)(smtp_log, dns_log, from, out, fault);
}

int WRAP(lab_evidence_now)(const char *smtp_log, const char *dns_log, struct lab_evidence_from *out,
                           struct lab_fault *fault)
{
    int rc = REAL(lab_evidence_now)(smtp_log, dns_log, out, fault);

    if (rc == 0 && broken_by("evidence-of-yesterday"))
        *out = (struct lab_evidence_from){0};
    return rc;
}

void WRAP(lab_evidence_of)(struct lab_evidence_index *index, const char *id,
                           struct lab_evidence *out)
{
    REAL(lab_evidence_of)(index, broken_by("evidence-of-another-case") ? "dane-ee-match" : id, out);
}

void WRAP(lab_judge)(const struct lab_scenario *s, const struct lab_expect *expect,
                     const struct lab_evidence *seen, struct lab_judgement *out)
{
    REAL(lab_judge)(s, expect, seen, out);
    if (broken_by("judge-passes-everything"))
        out->verdict = LAB_V_PASS;
}
