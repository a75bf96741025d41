/* world.c - lab_world_start and what a world is asked afterwards. */
#include "world/world.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sign/sign.h"
#include "world/capture.h"
#include "world/internal.h"

#define SMTP_LOG LAB_WORLD_DIR "/smtp.jsonl"
#define KEY_LOG LAB_WORLD_DIR "/tls-keys.log"
#define PACKETS LAB_WORLD_DIR "/packets"
#define RESOLVER_LOG LAB_WORLD_DIR "/resolver.log"
#define OWN_WAIT_MS 30000

enum { TYPE_NS = 2, TYPE_SOA = 6 };
enum { NOERROR = 0 };

static const struct lab_daemon all_daemons[LAB_D_COUNT] = {
    [LAB_D_ROOT] = {"the root's name server", LAB_WORLD_DIR "/root/nsd.log", 0},
    [LAB_D_TLD] = {"the top-level domain's name server", LAB_WORLD_DIR "/tld/nsd.log", 0},
    [LAB_D_LEAF] = {"the scenarios' name server", LAB_WORLD_DIR "/leaf/nsd.log", 0},
    [LAB_D_FAULTY] = {"the name server with faults", LAB_WORLD_DIR "/faulty.log", 0},
    [LAB_D_RESOLVER] = {"the resolver", RESOLVER_LOG, 0},
    [LAB_D_SMTP] = {"the SMTP hosts", LAB_WORLD_DIR "/smtp.log", 0},
    [LAB_D_CAPTURE] = {"the recorder of packets", LAB_WORLD_DIR "/capture.log", 0},
};

typedef int serve_fn(const struct lab_world *w, int ready, struct lab_fault *fault);

static int serve_smtp(const struct lab_world *w, int ready, struct lab_fault *fault)
{
    return lab_smtp_serve(w->hosts, w->hosts_count, w->round, SMTP_LOG, KEY_LOG, ready, fault);
}

static int serve_faults(const struct lab_world *w, int ready, struct lab_fault *fault)
{
    const struct lab_dns_place place = {.addresses = {LAB_FAULTY_SERVER4, LAB_FAULTY_SERVER6},
                                        .no_tcp = {LAB_NO_TCP_SERVER4, LAB_NO_TCP_SERVER6},
                                        .ipv6 = w->ipv6,
                                        .server4 = LAB_LEAF_SERVER4};

    return lab_dns_serve(w->faults, w->faults_count, &place, ready, fault);
}

/* In the child: nothing of the caller's stays open but the log and ready, which says that it
 * listens. */
static _Noreturn void serve(const struct lab_world *w, serve_fn *body, int log, int ready)
{
    struct lab_fault fault = {0};
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (int sig = 1; sig < NSIG; sig++)
        (void)signal(sig, SIG_DFL);
    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(log, 2) < 0)
        _exit(EX_OSERR);
    if (ready != 3 && dup2(ready, 3) < 0)
        _exit(EX_OSERR);
    (void)close_range(4, ~0U, 0);
    (void)body(w, 3, &fault);
    dprintf(2, "%s\n", fault.what);
    _exit(EX_SOFTWARE);
}

/* A number that the SMTP hosts and we both see. */
static int share_round(struct lab_world *w, struct lab_fault *fault)
{
    int fd = memfd_create("round", MFD_CLOEXEC);
    void *round = MAP_FAILED;

    if (fd >= 0 && ftruncate(fd, sizeof(*w->round)) == 0)
        round = mmap(NULL, sizeof(*w->round), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd >= 0)
        (void)close(fd);
    if (round == MAP_FAILED)
        return lab_fail_errno(fault, "cannot share memory with the SMTP hosts");
    w->round = round;
    return 0;
}

/* A server of the lab's own. Returns the descriptor that becomes readable when it listens. */
static int start_own(struct lab_world *w, int which, serve_fn *body, struct lab_fault *fault)
{
    struct lab_daemon *d = &w->daemons[which];
    int log = open(d->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    int ready[2];
    pid_t pid;

    if (log < 0 || pipe2(ready, O_CLOEXEC) != 0)
        return lab_fail_errno(fault, "cannot start %s", d->name);
    (void)fflush(NULL);
    pid = fork();
    if (pid == 0)
        serve(w, body, log, ready[1]);
    (void)close(log);
    (void)close(ready[1]);
    if (pid < 0) {
        (void)lab_fail_errno(fault, "cannot start %s", d->name);
        (void)close(ready[0]);
        return -1;
    }
    d->pid = pid;
    return ready[0];
}

static int await_own(struct lab_world *w, int which, int ready, struct lab_fault *fault)
{
    struct pollfd wait = {.fd = ready, .events = POLLIN};
    struct lab_daemon *d = &w->daemons[which];
    char octet;

    if (poll(&wait, 1, OWN_WAIT_MS) == 1 && read(ready, &octet, 1) == 1)
        return 0;
    if (wait.revents != 0)
        (void)waitid(P_PID, (id_t)d->pid, &(siginfo_t){0},
                     WEXITED | WNOWAIT); /* it closed the pipe: it is ending */
    return lab_daemon_check(d, fault) != 0 ? -1
                                           : lab_fail(fault, EX_SOFTWARE, "%s: not there", d->name);
}

/* Only where a zone has faults. */
static int start_faulty(struct lab_world *w, struct lab_fault *fault)
{
    int ready;
    int rc;

    if (w->faults_count == 0)
        return 0;
    ready = start_own(w, LAB_D_FAULTY, serve_faults, fault);
    if (ready < 0)
        return -1;
    rc = await_own(w, LAB_D_FAULTY, ready, fault);
    (void)close(ready);
    return rc;
}

static int start_nsd(struct lab_world *w, int which, const char *conf, struct lab_fault *fault)
{
    char options[] = "-dc";
    char *file = lab_strdup(conf);
    char *argv[] = {w->tools.nsd, options, file, NULL};
    int rc = lab_daemon_start(&w->daemons[which], argv, NULL, NULL, fault);

    free(file);
    return rc;
}

static int start_dns(struct lab_world *w, struct lab_fault *fault)
{
    if (start_nsd(w, LAB_D_LEAF, LAB_WORLD_DIR "/leaf/nsd.conf", fault) != 0 ||
        start_nsd(w, LAB_D_TLD, LAB_WORLD_DIR "/tld/nsd.conf", fault) != 0 ||
        start_nsd(w, LAB_D_ROOT, LAB_WORLD_DIR "/root/nsd.conf", fault) != 0)
        return -1;
    return lab_world_start_resolver(w, fault);
}

/* Every zone, not only the server: NSD goes on without a zone whose file it refuses. */
static int check_zone(struct lab_world *w, const struct lab_scenario *s, const struct lab_zone *z,
                      struct lab_fault *fault)
{
    struct lab_daemon *leaf = &w->daemons[LAB_D_LEAF];
    char *name = lab_scenario_name(s, z->name != NULL ? z->name : "@");
    const struct lab_question q = {LAB_LEAF_SERVER4, name, TYPE_SOA};
    struct lab_reply reply;
    int rc = lab_ask(&q, leaf, &reply, fault);

    if (rc == 0 && reply.rcode != NOERROR) {
        char *line = lab_last_line(leaf->log);

        rc = lab_fail(fault, EX_DATAERR, "%s: zone %s: the name server does not serve it: %s",
                      s->path, name, line);
        free(line);
    }
    free(name);
    return rc;
}

static int await_servers(struct lab_world *w, struct lab_fault *fault)
{
    const struct lab_question root = {LAB_ROOT_SERVER4, ".", TYPE_SOA};
    const struct lab_question tld = {LAB_TLD_SERVER4, "example.", TYPE_SOA};
    const struct lab_question leaf = {LAB_LEAF_SERVER4, "nic.example.", TYPE_SOA};
    struct lab_reply reply;

    if (lab_ask(&root, &w->daemons[LAB_D_ROOT], &reply, fault) != 0 ||
        lab_ask(&tld, &w->daemons[LAB_D_TLD], &reply, fault) != 0 ||
        lab_ask(&leaf, &w->daemons[LAB_D_LEAF], &reply, fault) != 0)
        return -1;
    for (size_t i = 0; i < w->count; i++) {
        const struct lab_scenario *s = w->scenarios[i];

        for (unsigned j = 0; j < s->zones_count; j++) {
            if (s->zones[j].served && check_zone(w, s, &s->zones[j], fault) != 0)
                return -1;
        }
    }
    return 0;
}

/* An authentic answer for the root shows at once that wire, hints, trust anchor and clock are
 * right. */
int lab_world_await_resolver(struct lab_world *w, struct lab_fault *fault)
{
    const struct lab_question q = {LAB_RESOLVER, ".", TYPE_NS};
    struct lab_daemon *d = &w->daemons[LAB_D_RESOLVER];
    struct lab_fault second;
    struct lab_reply reply;
    int rc;

    if (lab_spaces_enter_net(w->sender.net, fault) != 0)
        return -1;
    rc = lab_ask(&q, d, &reply, fault);
    if (lab_spaces_enter_net(w->internet.net, rc == 0 ? fault : &second) != 0)
        return -1;
    if (rc == 0 && (reply.rcode != NOERROR || (w->resolver->validates && !reply.authentic))) {
        char *line = lab_last_line(d->log);

        rc = lab_fail(fault, EX_SOFTWARE, "%s cannot validate the lab's root: %s", d->name, line);
        free(line);
    }
    return rc;
}

static int build_and_start(struct lab_world *w, struct lab_fault *fault)
{
    int ready;
    int rc;

    if (lab_tools_check(&w->tools, w->resolver, fault) != 0 ||
        lab_world_make_hosts(w, fault) != 0 || share_round(w, fault) != 0)
        return -1;
    lab_world_make_faults(w);
    ready = start_own(w, LAB_D_SMTP, serve_smtp, fault);
    if (ready < 0)
        return -1;
    rc = lab_world_make_zones(w, 0, false, fault) != 0 || lab_world_make_sender(w, fault) != 0 ||
                 lab_world_connect(w, fault) != 0 ||
                 lab_capture_start(w->sender.net, w->internet.net, PACKETS,
                                   &w->daemons[LAB_D_CAPTURE].pid, fault) != 0 ||
                 lab_world_write_resolver(w, fault) != 0 || start_faulty(w, fault) != 0 ||
                 start_dns(w, fault) != 0 || await_servers(w, fault) != 0 ||
                 lab_world_await_resolver(w, fault) != 0 ||
                 await_own(w, LAB_D_SMTP, ready, fault) != 0
             ? -1
             : 0;
    (void)close(ready);
    return rc;
}

int lab_world_start(const struct lab_paths *paths, const struct lab_resolver *resolver,
                    struct lab_scenario *const *scenarios, size_t count, struct lab_world **out,
                    struct lab_fault *fault)
{
    struct lab_world *w = lab_calloc(1, sizeof(*w));
    const struct lab_spaces none = LAB_SPACES_NONE;
    int64_t begun = lab_now_ms();

    w->resolver = resolver != NULL ? resolver : lab_resolver_at(0);
    w->scenarios = scenarios;
    w->count = count;
    w->source = lab_strdup(paths->source);
    w->bin = lab_strdup(paths->bin);
    w->internet = none;
    w->sender = none;
    memcpy(w->daemons, all_daemons, sizeof(w->daemons));
    lab_tools_find(w->resolver, &w->tools);
    if (build_and_start(w, fault) != 0) {
        lab_world_stop(&w);
        return -1;
    }
    w->boot_ms = (int)(lab_now_ms() - begun);
    *out = w;
    return 0;
}

void lab_world_stop(struct lab_world **world)
{
    struct lab_world *w = *world;

    if (w == NULL)
        return;
    for (int i = 0; i < LAB_D_COUNT; i++)
        lab_daemon_stop(&w->daemons[i]);
    lab_world_free_hosts(w);
    if (w->round != NULL)
        (void)munmap(w->round, sizeof(*w->round));
    lab_world_free_faults(w);
    lab_spaces_close(&w->internet);
    lab_spaces_close(&w->sender);
    lab_tools_free(&w->tools);
    free(w->source);
    free(w->bin);
    free(w);
    *world = NULL;
}

pid_t lab_world_spawn(const struct lab_world *world, char *const argv[], const char *cwd, int in,
                      int out, int err, struct lab_fault *fault)
{
    const struct lab_launch l = {argv, &world->sender, world->bin, cwd, in, out, err, false};

    return lab_launch(&l, fault);
}

const struct lab_spaces *lab_world_sender(const struct lab_world *world)
{
    return &world->sender;
}

const char *lab_world_smtp_log(const struct lab_world *world)
{
    (void)world;
    return SMTP_LOG;
}

const char *lab_world_dns_log(const struct lab_world *world)
{
    (void)world;
    return RESOLVER_LOG;
}

int64_t lab_world_clock_offset(const struct lab_world *world)
{
    return world->clock_offset;
}

const char *lab_world_packets(const struct lab_world *world)
{
    (void)world;
    return PACKETS;
}

const char *lab_world_key_log(const struct lab_world *world)
{
    (void)world;
    return KEY_LOG;
}

const struct lab_chain *lab_world_chain(const struct lab_world *world, const struct lab_scenario *s,
                                        const struct lab_host *h)
{
    return h->cert != NULL ? lab_world_chain_slot(world, s, h) : NULL;
}

void lab_world_show(const struct lab_world *world, enum lab_show show)
{
    switch (show) {
    case LAB_FIRST_SIDE:
        world->round->number = LAB_SHOW_FIRST;
        break;
    case LAB_LATER_SIDE:
        world->round->number = LAB_SHOW_LATER;
        break;
    case LAB_NEW_DELIVERY:
        world->round->delivery++;
        world->round->number = LAB_SHOW_ROUND + world->round->delivery;
        break;
    case LAB_SAME_DELIVERY:
        world->round->number = LAB_SHOW_ROUND + world->round->delivery;
        break;
    }
}

int lab_world_check(struct lab_world *world, struct lab_fault *fault)
{
    for (int i = 0; i < LAB_D_COUNT; i++) {
        bool unused = i == LAB_D_FAULTY && world->faults_count == 0;

        if (!unused && lab_daemon_check(&world->daemons[i], fault) != 0)
            return -1;
    }
    return 0;
}

int lab_world_boot_ms(const struct lab_world *world)
{
    return world->boot_ms;
}

const struct lab_resolver *lab_world_resolver(const struct lab_world *world)
{
    return world->resolver;
}
