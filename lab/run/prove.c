/* prove.c - put the questions of all scenarios to the worker and compare, see prove.h. */
#include "run/prove.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/probe_dns.h"

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
    bool named; /* SNI is sent */
    bool answered;
};
struct host_list {
    struct host_item *list;
    size_t count;
};
struct proof {
    const struct lab_world *world;
    struct lab_scenario *const *scenarios;
    struct lab_memory *memory;
    struct dns_item *dns;
    size_t dns_count;
    struct host_list hosts[2]; /* as the first connection sees them, and the later ones */
    bool later;                /* which of them is asked now */
    char **invalid;
};

static void blame(struct proof *p, size_t scenario, char *line)
{
    if (p->invalid[scenario] == NULL)
        p->invalid[scenario] = line;
    else
        free(line);
}

static const struct lab_chain *chain_of(const struct proof *p, const struct host_item *item)
{
    return lab_world_chain(p->world, p->scenarios[item->scenario], item->host);
}

static void add_host(struct host_list *to, struct host_item item)
{
    to->list = lab_realloc(to->list, to->count + 1, sizeof(*to->list));
    to->list[to->count++] = item;
}

/* All that one address has to be asked. */
static void add_address(struct proof *p, struct host_item item)
{
    const struct lab_behaviour *b = lab_behaviour_find(item.host->smtp);
    const struct lab_chain *chain = chain_of(p, &item);
    const enum lab_other_when when = chain != NULL ? chain->other_when : LAB_OTHER_NEVER;

    item.named = true;
    add_host(&p->hosts[0], item);
    if (b->later != NULL || when == LAB_OTHER_LATER)
        add_host(&p->hosts[1], item);
    item.named = false;
    if (b->handshake == LAB_HS_OTHER_NAME || when == LAB_OTHER_SNI)
        add_host(&p->hosts[0], item);
}

static void add_hosts(struct proof *p, size_t index)
{
    const struct lab_scenario *s = p->scenarios[index];

    for (unsigned i = 0; i < s->hosts_count * 2; i++) {
        struct host_item h = {.scenario = index, .host = &s->hosts[i / 2]};

        lab_host_address(s->block, i / 2, i % 2 == 1, h.address);
        add_address(p, h);
    }
}

/* Its questions, those without an answer or the others. */
static void add_questions(struct proof *p, size_t index, bool unanswered)
{
    const struct lab_scenario *s = p->scenarios[index];

    for (unsigned i = 0; i < s->prove_count; i++) {
        char *copy, *rest;
        const char *owner;

        if ((s->prove[i].is == LAB_ERROR) != unanswered)
            continue;
        rest = copy = lab_strdup(s->prove[i].dns);
        owner = strsep(&rest, " ");
        p->dns = lab_realloc(p->dns, p->dns_count + 1, sizeof(*p->dns));
        p->dns[p->dns_count++] = (struct dns_item){.scenario = index,
                                                   .prove = &s->prove[i],
                                                   .name = lab_scenario_name(s, owner),
                                                   .type = lab_strdup(rest != NULL ? rest : "A")};
        free(copy);
    }
}

static bool all_answered(const struct lab_scenario *s)
{
    unsigned i = 0;

    while (i < s->prove_count && s->prove[i].is != LAB_ERROR)
        i++;
    return i == s->prove_count;
}

/* Where there is no answer, the resolver waits until it gives up; so those questions come early,
 * and all others are answered meanwhile. But before them comes what else their scenarios ask: a
 * resolver that has given up a server asks it nothing at all. */
static void add_scenarios(struct proof *p, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        add_hosts(p, i);
        if (!all_answered(p->scenarios[i]))
            add_questions(p, i, false);
    }
    for (size_t i = 0; i < count; i++)
        add_questions(p, i, true);
    for (size_t i = 0; i < count; i++) {
        if (all_answered(p->scenarios[i]))
            add_questions(p, i, false);
    }
}

/* The names in the certificate begin with the host's own, or with the one that the file gives. */
static void put_host(const struct proof *p, const struct host_item *item, struct lab_text *out)
{
    const struct lab_host *h = item->host;
    char *name =
        lab_scenario_name(p->scenarios[item->scenario], h->names_count > 0 ? h->names[0] : h->name);

    name[strlen(name) - 1] = '\0';
    lab_text_put(out, "H %s %s %d\n", item->address, item->named ? name : "-",
                 (int)lab_facts_silence(lab_behaviour_find(h->smtp), p->later));
    free(name);
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
    for (size_t i = 0; i < p->dns_count && !p->later; i++)
        lab_text_put(&requests, "D %s %s\n", p->dns[i].name, p->dns[i].type);
    for (size_t i = 0; i < p->hosts[p->later].count; i++)
        put_host(p, &p->hosts[p->later].list[i], &requests);
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

/* To a resolver that does not validate nothing is secure; the rest libunbound has to say. */
static bool daemon_fits(const struct proof *p, const struct lab_prove *want, long security,
                        long answer)
{
    if (!lab_world_resolver(p->world)->validates)
        return security != LAB_SECURE;
    return dns_fits(want, want->is, security, answer);
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

    if (lab_world_resolver(p->world) != lab_resolver_at(0))
        return; /* each has its own */
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

struct lab_memory {
    struct remembered {
        const char *id;  /* of the scenario, at all its times */
        const char *dns; /* as the file has it */
        uint32_t digest;
    } * list;
    size_t count;
};

struct lab_memory *lab_memory_open(void)
{
    return lab_calloc(1, sizeof(struct lab_memory));
}

void lab_memory_close(struct lab_memory **memory)
{
    if (*memory != NULL)
        free((*memory)->list);
    free(*memory);
    *memory = NULL;
}

/* What is known of this question; made if it is new. */
static struct remembered *remember(struct lab_memory *m, const struct lab_scenario *s,
                                   const char *dns, bool *is_new)
{
    *is_new = false;
    for (size_t i = 0; i < m->count; i++) {
        if (m->list[i].id == s->id && strcmp(m->list[i].dns, dns) == 0)
            return &m->list[i];
    }
    *is_new = true;
    m->list = lab_realloc(m->list, m->count + 1, sizeof(*m->list));
    m->list[m->count] = (struct remembered){s->id, dns, 0};
    return &m->list[m->count++];
}

/* Does a cache still hold what was there at the step before? */
static void check_records(struct proof *p, const struct dns_item *item, uint32_t digest)
{
    const struct lab_prove *want = item->prove;
    struct remembered *before;
    bool is_new, same;

    if (p->memory == NULL)
        return;
    before = remember(p->memory, p->scenarios[item->scenario], want->dns, &is_new);
    same = !is_new && before->digest == digest;
    before->digest = digest;
    if (want->records == LAB_RECORDS_ANY || same == (want->records == LAB_RECORDS_KEPT))
        return;
    blame(p, item->scenario,
          lab_format("%s %s: the resolver must give %s, and gives %s", item->name, item->type,
                     same ? "other records than at the step before" : "those of the step before",
                     same ? "the same" : "others"));
}

static void take_dns(struct proof *p, const char *rest)
{
    enum { INDEX, DAEMON, DAEMON_ANSWER, LIBRARY, LIBRARY_ANSWER, DIGEST, EDE_COUNT, COUNT };
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
    if (daemon_fits(p, want, n[DAEMON], n[DAEMON_ANSWER]) &&
        dns_fits(want, want->library != NULL ? *want->library : want->is, n[LIBRARY],
                 n[LIBRARY_ANSWER])) {
        check_ede(p, item, ede, (unsigned)n[EDE_COUNT]);
        check_records(p, item, (uint32_t)n[DIGEST]);
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

static void take_host(struct proof *p, const char *rest)
{
    struct host_list *asked = &p->hosts[p->later];
    struct lab_host_facts f, want;
    struct host_item *item;
    long index;

    if (!numbers(&rest, &index, 1) || (size_t)index >= asked->count || !lab_facts_parse(rest, &f))
        return;
    item = &asked->list[index];
    item->answered = true;
    lab_facts_expected(lab_behaviour_find(item->host->smtp), chain_of(p, item), p->later,
                       item->named, &want);
    if (!lab_facts_same(&f, &want)) {
        char *seen = lab_facts_text(&f);
        char *right = lab_facts_text(&want);

        blame(p, item->scenario,
              lab_format("host %s (%s%s%s): must: %s; does: %s", item->host->name, item->address,
                         p->later ? ", later" : "", item->named ? "" : ", without SNI", right,
                         seen));
        free(right);
        free(seen);
    }
}

static void take_answers(struct proof *p, char *answers)
{
    const struct host_list *asked = &p->hosts[p->later];
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
    for (size_t i = 0; i < asked->count; i++)
        if (!asked->list[i].answered)
            blame(p, asked->list[i].scenario,
                  lab_format("host %s was not called", asked->list[i].host->name));
}

/* Ask what the first connection sees and, if any host changes, what the later ones do. */
static int ask_all(struct proof *p, const struct lab_paths *paths, struct lab_fault *fault)
{
    int rc = 0;

    for (int later = 0; later < 2 && rc == 0; later++) {
        char *answers = NULL;

        p->later = later == 1;
        if (p->later && p->hosts[1].count == 0)
            break;
        lab_world_show(p->world, p->later ? LAB_LATER_SIDE : LAB_FIRST_SIDE);
        rc = run_worker(p, paths, &answers, fault);
        if (rc == 0)
            take_answers(p, answers);
        free(answers);
    }
    lab_world_show(p->world, LAB_SAME_DELIVERY);
    return rc;
}

int lab_prove(const struct lab_world *world, const struct lab_paths *paths,
              struct lab_scenario *const *scenarios, size_t count, struct lab_memory *memory,
              char **invalid, struct lab_fault *fault)
{
    struct proof p = {.world = world, .scenarios = scenarios, .memory = memory, .invalid = invalid};
    int rc;

    for (size_t i = 0; i < count; i++)
        invalid[i] = NULL;
    add_scenarios(&p, count);
    rc = ask_all(&p, paths, fault);
    for (size_t i = 0; i < p.dns_count; i++) {
        free(p.dns[i].name);
        free(p.dns[i].type);
    }
    free(p.dns);
    free(p.hosts[0].list);
    free(p.hosts[1].list);
    return rc;
}
