/* prove.c - put the questions of all scenarios to the worker and compare, see prove.h. */
#include "run/prove.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/probe_dns.h"
#include "run/probe_host.h"
#include "smtp/smtp.h"

/* Whom an answer concerns; the index is that of the request. */
struct dns_item {
    size_t scenario;
    const struct lab_prove *prove;
    char *name, *type;
    bool answered;
};
struct host_item {
    size_t scenario;
    const struct lab_host *host;
    char address[46];
    bool answered;
};
struct proof {
    const struct lab_world *world;
    struct lab_scenario *const *scenarios;
    struct dns_item *dns;
    struct host_item *hosts;
    size_t dns_count, host_count;
    char **invalid;
};

static void blame(struct proof *p, size_t scenario, char *line)
{
    if (p->invalid[scenario] == NULL)
        p->invalid[scenario] = line;
    else
        free(line);
}

static void add_scenario(struct proof *p, size_t index)
{
    const struct lab_scenario *s = p->scenarios[index];

    for (unsigned i = 0; i < s->prove_count; i++) {
        char *copy = lab_strdup(s->prove[i].dns);
        char *rest = copy;
        const char *owner = strsep(&rest, " ");

        p->dns = lab_realloc(p->dns, p->dns_count + 1, sizeof(*p->dns));
        p->dns[p->dns_count++] = (struct dns_item){.scenario = index,
                                                   .prove = &s->prove[i],
                                                   .name = lab_scenario_name(s, owner),
                                                   .type = lab_strdup(rest != NULL ? rest : "A")};
        free(copy);
    }
    for (unsigned i = 0; i < s->hosts_count * 2; i++) {
        struct host_item h = {.scenario = index, .host = &s->hosts[i / 2]};

        lab_host_address(s->block, i / 2, i % 2 == 1, h.address);
        p->hosts = lab_realloc(p->hosts, p->host_count + 1, sizeof(*p->hosts));
        p->hosts[p->host_count++] = h;
    }
}

/* Send everything, read everything. The requests fit a file better than a pipe: nobody has to read
 * while we write. */
static int run_worker(const struct proof *p, const struct lab_paths *paths, char **answers,
                      struct lab_fault *fault)
{
    char *program = lab_format("%s/danelab", paths->bin);
    char *const argv[] = {program, lab_strdup("prove-worker"), NULL};
    const char *in_path = LAB_WORLD_DIR "/prove.in";
    const char *out_path = LAB_WORLD_DIR "/prove.out";
    struct lab_text requests = {0};
    int in, out, status = 0, rc;
    pid_t pid;

    lab_text_put(&requests, "%s", "");
    for (size_t i = 0; i < p->dns_count; i++)
        lab_text_put(&requests, "D %s %s\n", p->dns[i].name, p->dns[i].type);
    for (size_t i = 0; i < p->host_count; i++)
        lab_text_put(&requests, "H %s\n", p->hosts[i].address);
    rc = lab_file_write(in_path, requests.text, requests.len, fault);
    in = open(in_path, O_RDONLY | O_CLOEXEC);
    out = open(out_path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
    pid = rc == 0 ? lab_world_spawn(p->world, argv, "/", in, out, STDERR_FILENO, fault) : -1;
    (void)close(in);
    (void)close(out);
    if (pid > 0) {
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            continue;
        rc = WIFEXITED(status) && WEXITSTATUS(status) == 0
                 ? 0
                 : lab_fail(fault, EX_SOFTWARE,
                            "the process that proves the scenarios failed (status %d)", status);
    } else {
        rc = -1;
    }
    if (rc == 0)
        rc = lab_file_read(out_path, answers, NULL, fault);
    free(requests.text);
    free(argv[1]);
    free(program);
    return rc;
}

static bool dns_fits(const struct lab_prove *want, enum lab_security is, long security, long answer)
{
    if (security != (long)is)
        return false;
    return want->answer == LAB_ANSWER_ANY || answer == (long)want->answer || is == LAB_BOGUS ||
           is == LAB_ERROR;
}

/* The next count numbers of a line, whatever follows in *rest; false: there are fewer. */
static bool numbers(const char **rest, long *out, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char *end;

        out[i] = strtol(*rest, &end, 10);
        if (end == *rest)
            return false;
        *rest = end;
    }
    return true;
}

static char *state_word(long security, long answer)
{
    return lab_format("%s %s", lab_security_name((enum lab_security)security),
                      lab_answer_name((enum lab_answer)answer));
}

static void put_numbers(struct lab_text *to, const long *list, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        lab_text_put(to, "%s%ld", i > 0 ? " or " : " ", list[i]);
    if (count == 0)
        lab_text_put(to, " none");
}

/* Any of those that the file names. */
static void check_ede(struct proof *p, const struct dns_item *item, const long *seen,
                      unsigned seen_count)
{
    const struct lab_prove *want = item->prove;
    long wanted[LAB_EDE_MAX];
    unsigned count = 0;
    struct lab_text line = {0};

    for (unsigned i = 0; i < want->ede_count && count < LAB_EDE_MAX; i++) {
        wanted[count++] = (long)want->ede[i];
        for (unsigned j = 0; j < seen_count; j++) {
            if (seen[j] == (long)want->ede[i])
                return;
        }
    }
    if (count == 0)
        return;
    lab_text_put(&line, "%s %s must have the extended error", item->name, item->type);
    put_numbers(&line, wanted, count);
    lab_text_put(&line, "; the resolver says");
    put_numbers(&line, seen, seen_count);
    blame(p, item->scenario, line.text);
}

static void take_dns(struct proof *p, const char *rest)
{
    enum { INDEX, DAEMON, DAEMON_ANSWER, LIBRARY, LIBRARY_ANSWER, EDE_COUNT, COUNT };
    const struct lab_prove *want;
    struct dns_item *item;
    char *daemon, *library;
    long n[COUNT], ede[LAB_EDE_MAX];

    if (!numbers(&rest, n, COUNT) || (size_t)n[INDEX] >= p->dns_count || n[EDE_COUNT] < 0 ||
        n[EDE_COUNT] > LAB_EDE_MAX || !numbers(&rest, ede, (unsigned)n[EDE_COUNT]))
        return;
    item = &p->dns[n[INDEX]];
    item->answered = true;
    want = item->prove;
    if (dns_fits(want, want->is, n[DAEMON], n[DAEMON_ANSWER]) &&
        dns_fits(want, want->library != NULL ? *want->library : want->is, n[LIBRARY],
                 n[LIBRARY_ANSWER])) {
        check_ede(p, item, ede, (unsigned)n[EDE_COUNT]);
        return;
    }
    daemon = state_word(n[DAEMON], n[DAEMON_ANSWER]);
    library = state_word(n[LIBRARY], n[LIBRARY_ANSWER]);
    blame(p, item->scenario,
          lab_format("%s %s must be %s%s%s; the resolver says %s, libunbound says %s", item->name,
                     item->type, lab_security_name(want->is),
                     want->answer != LAB_ANSWER_ANY ? " " : "",
                     want->answer != LAB_ANSWER_ANY ? lab_answer_name(want->answer) : "", daemon,
                     library));
    free(daemon);
    free(library);
}

static int reply_code(const char *reply, int ordinary)
{
    return reply == NULL ? ordinary : (int)strtol(reply, NULL, 10);
}

/* What a host of that behaviour does, in the terms of a probe. */
static struct lab_host_facts expected(const struct proof *p, const struct host_item *item)
{
    const struct lab_behaviour *b = lab_behaviour_find(item->host->smtp);
    const struct lab_chain *chain =
        lab_world_chain(p->world, p->scenarios[item->scenario], item->host);
    struct lab_host_facts f = {.connected = !b->unreachable};
    X509 *sent[32] = {NULL};

    if (f.connected)
        f.banner = reply_code(b->banner, 220);
    if (f.banner == 220)
        f.ehlo = reply_code(b->ehlo, 250);
    f.offers = f.ehlo == 250 && b->offers_starttls;
    if (f.offers)
        f.starttls = reply_code(b->starttls, 220);
    f.tls = f.starttls == 220 && b->handshake == LAB_HS_OK && chain != NULL;
    for (unsigned i = 0; f.tls && i < chain->count && f.certs < LAB_COUNT(sent); i++)
        if (chain->certs[i].sent)
            sent[f.certs++] = chain->certs[i].x509;
    if (f.tls)
        lab_chain_digest(sent, f.certs, f.chain);
    return f;
}

static char *facts_text(const struct lab_host_facts *f)
{
    return lab_format(
        "connect %s, banner %d, EHLO %d, STARTTLS %s %d, TLS %s, %u certificates %.12s",
        f->connected ? "yes" : "no", f->banner, f->ehlo, f->offers ? "offered" : "not offered",
        f->starttls, f->tls ? "yes" : "no", f->certs, f->chain);
}

static bool same_facts(const struct lab_host_facts *a, const struct lab_host_facts *b)
{
    return a->connected == b->connected && a->banner == b->banner && a->ehlo == b->ehlo &&
           a->offers == b->offers && a->starttls == b->starttls && a->tls == b->tls &&
           a->certs == b->certs && strcmp(a->chain, b->chain) == 0;
}

static void take_host(struct proof *p, const char *rest)
{
    enum { INDEX, CONNECTED, BANNER, EHLO, OFFERS, STARTTLS, TLS, CERTS, COUNT };
    struct lab_host_facts f = {0}, want;
    long n[COUNT];
    size_t index;

    if (!numbers(&rest, n, COUNT) || (size_t)n[INDEX] >= p->host_count)
        return;
    index = (size_t)n[INDEX];
    f.connected = n[CONNECTED] != 0;
    f.banner = (int)n[BANNER];
    f.ehlo = (int)n[EHLO];
    f.offers = n[OFFERS] != 0;
    f.starttls = (int)n[STARTTLS];
    f.tls = n[TLS] != 0;
    f.certs = (unsigned)n[CERTS];
    if (f.tls)
        (void)snprintf(f.chain, sizeof(f.chain), "%s", rest + strspn(rest, " "));
    p->hosts[index].answered = true;
    want = expected(p, &p->hosts[index]);
    if (!same_facts(&f, &want)) {
        char *seen = facts_text(&f);
        char *right = facts_text(&want);

        blame(p, p->hosts[index].scenario,
              lab_format("host %s (%s): must: %s; does: %s", p->hosts[index].host->name,
                         p->hosts[index].address, right, seen));
        free(right);
        free(seen);
    }
}

static void take_answers(struct proof *p, char *answers)
{
    char *rest = answers;
    char *line;

    while ((line = strsep(&rest, "\n")) != NULL) {
        if (line[0] == 'D')
            take_dns(p, line + 1);
        else if (line[0] == 'H')
            take_host(p, line + 1);
    }
    for (size_t i = 0; i < p->dns_count; i++)
        if (!p->dns[i].answered)
            blame(p, p->dns[i].scenario,
                  lab_format("%s %s was not asked", p->dns[i].name, p->dns[i].type));
    for (size_t i = 0; i < p->host_count; i++)
        if (!p->hosts[i].answered)
            blame(p, p->hosts[i].scenario,
                  lab_format("host %s was not called", p->hosts[i].host->name));
}

int lab_prove(const struct lab_world *world, const struct lab_paths *paths,
              struct lab_scenario *const *scenarios, size_t count, char **invalid,
              struct lab_fault *fault)
{
    struct proof p = {.world = world, .scenarios = scenarios, .invalid = invalid};
    char *answers = NULL;
    int rc;

    for (size_t i = 0; i < count; i++) {
        invalid[i] = NULL;
        add_scenario(&p, i);
    }
    rc = run_worker(&p, paths, &answers, fault);
    if (rc == 0)
        take_answers(&p, answers);
    for (size_t i = 0; i < p.dns_count; i++) {
        free(p.dns[i].name);
        free(p.dns[i].type);
    }
    free(answers);
    free(p.dns);
    free(p.hosts);
    return rc;
}
