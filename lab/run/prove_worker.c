/* prove_worker.c - the process that asks, see prove.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/probe_dns.h"
#include "run/probe_host.h"
#include "run/prove.h"

#define CALLERS 4u
#define ANCHOR "/etc/danelab/trust-anchor"

struct host {
    char *address;
    char *sni; /* "-": none */
    int silent;
};
struct work {
    struct lab_dns_question *dns;
    struct host *hosts;
    size_t dns_count, host_count;
};

static char *word(char **rest)
{
    return strsep(rest, " \n");
}

/* Indexes of the requests are their positions in order, of either kind. */
static void read_work(struct work *w)
{
    char *line = NULL;
    size_t room = 0;

    while (getline(&line, &room, stdin) > 0) {
        char *rest = line;
        const char *kind = word(&rest);
        const char *first = word(&rest);
        const char *second = word(&rest);
        const char *third = kind[0] == 'H' ? word(&rest) : NULL;

        if (second == NULL)
            continue;
        if (third == NULL) {
            w->dns = lab_realloc(w->dns, w->dns_count + 1, sizeof(*w->dns));
            w->dns[w->dns_count++] =
                (struct lab_dns_question){.name = lab_strdup(first), .type = lab_strdup(second)};
        } else {
            w->hosts = lab_realloc(w->hosts, w->host_count + 1, sizeof(*w->hosts));
            w->hosts[w->host_count++] = (struct host){.address = lab_strdup(first),
                                                      .sni = lab_strdup(second),
                                                      .silent = (int)strtol(third, NULL, 10)};
        }
    }
    free(line);
}

/* Every CALLERS-th host, beginning with the first-th. A line is one write: they do not mix in the
 * pipe. */
static void call_hosts(const struct work *w, size_t first)
{
    for (size_t i = first; i < w->host_count; i += CALLERS) {
        const struct host *h = &w->hosts[i];
        struct lab_host_facts f;
        char *text, *line;

        lab_host_probe(h->address, strcmp(h->sni, "-") != 0 ? h->sni : NULL,
                       (enum lab_step)h->silent, &f);
        text = lab_facts_line(&f);
        line = lab_format("H %zu %s\n", i, text);
        (void)!write(STDOUT_FILENO, line, strlen(line));
        free(line);
        free(text);
    }
}

static void print_dns(const struct work *w)
{
    for (size_t i = 0; i < w->dns_count; i++) {
        const struct lab_dns_question *q = &w->dns[i];

        (void)printf("D %zu %d %d %d %d %u %u", i, (int)q->daemon, (int)q->daemon_answer,
                     (int)q->library, (int)q->library_answer, (unsigned)q->digest, q->ede_count);
        for (unsigned e = 0; e < q->ede_count; e++)
            (void)printf(" %u", q->ede[e]);
        (void)printf("\n");
    }
    (void)fflush(stdout);
}

static int ask(struct work *w)
{
    struct lab_fault fault;
    pid_t pid[CALLERS];
    int rc;

    for (size_t i = 0; i < CALLERS; i++) {
        pid[i] = fork();
        if (pid[i] == 0) {
            call_hosts(w, i);
            _exit(0);
        }
    }
    rc = lab_dns_ask_daemon(w->dns, w->dns_count, &fault);
    if (rc == 0)
        rc = lab_dns_ask_library(w->dns, w->dns_count, ANCHOR, &fault);
    for (size_t i = 0; i < CALLERS; i++)
        (void)waitpid(pid[i], NULL, 0);
    if (rc != 0) {
        (void)fprintf(stderr, "%s\n", fault.what);
        return fault.status;
    }
    print_dns(w);
    return 0;
}

int lab_prove_worker(void)
{
    struct work w = {0};
    int rc;

    read_work(&w);
    rc = ask(&w);
    for (size_t i = 0; i < w.dns_count; i++) {
        free(w.dns[i].name);
        free(w.dns[i].type);
    }
    for (size_t i = 0; i < w.host_count; i++) {
        free(w.hosts[i].address);
        free(w.hosts[i].sni);
    }
    free(w.dns);
    free(w.hosts);
    return rc;
}
