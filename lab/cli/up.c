/* up.c - danelab up and down: a world that outlives its terminal. */
#include "cli/up.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "cli/common.h"
#include "cli/options.h"
#include "cli/select.h"
#include "cli/state.h"
#include "world/world.h"

#define SHOWN 20    /* rows of the table */
#define ASK_MS 3000 /* from SIGTERM to SIGKILL */
#define GIVE_UP_MS 6000
#define BROKEN 3 /* exit status: the lab could not */

enum { RESOLVER };

static const struct lab_option none[] = {{NULL, NULL, NULL, 0}};
static const struct lab_option table[] = {
    [RESOLVER] = {"resolver", "NAME", "the resolver in it (unbound); see danelab run --help", 0},
    {NULL, NULL, NULL, 0},
};

/* What the world tells the command that started it. */
struct word {
    bool up;
    int boot_ms;
    struct lab_state state;
    struct lab_fault fault;
};

struct plan {
    const struct lab_paths *paths;
    const struct lab_resolver *resolver;
    struct lab_scenario **scenarios;
    size_t count;
    int tell;
};

static int live(void *self)
{
    const struct plan *p = self;
    struct lab_world *world = NULL;
    struct word word = {0};

    if (lab_world_start(p->paths, p->resolver, p->scenarios, p->count, &world, &word.fault) == 0) {
        lab_world_show(world, LAB_NEW_DELIVERY);
        word.up = true;
        word.boot_ms = lab_world_boot_ms(world);
        word.state.net = lab_world_sender(world)->net;
        word.state.uts = lab_world_sender(world)->uts;
        word.state.mnt = lab_world_sender(world)->mnt;
    }
    /* refused if the terminal's side has gone: then nobody waits for this world */
    if (send(p->tell, &word, sizeof(word), MSG_NOSIGNAL) != (ssize_t)sizeof(word) || !word.up) {
        lab_world_stop(&world);
        return BROKEN;
    }
    (void)close(p->tell);
    for (;;)
        (void)pause();
}

/* The process that the world belongs to: in a session of its own, without terminal and streams. */
static _Noreturn void keep(struct plan *p, int dir)
{
    struct word word = {0};
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    (void)setsid();
    (void)signal(SIGHUP, SIG_DFL);
    if (chdir("/") != 0 || null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
        _exit(BROKEN);
    if (lab_world_enter(live, p, &word.fault) < 0)
        (void)send(p->tell, &word, sizeof(word), MSG_NOSIGNAL);
    lab_state_remove(dir);
    _exit(0);
}

/* The word, and who said it: the kernel translates the sender's PID into one of ours. */
static int hear(int from, struct word *out)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(struct ucred))];
    } control;
    struct iovec data = {.iov_base = out, .iov_len = sizeof(*out)};
    struct msghdr m = {.msg_iov = &data,
                       .msg_iovlen = 1,
                       .msg_control = &control,
                       .msg_controllen = sizeof(control)};
    struct ucred who;
    ssize_t n;

    do {
        n = recvmsg(from, &m, MSG_CMSG_CLOEXEC);
    } while (n < 0 && errno == EINTR);
    if (n != (ssize_t)sizeof(*out))
        return -1;
    if (CMSG_FIRSTHDR(&m) != NULL && CMSG_FIRSTHDR(&m)->cmsg_type == SCM_CREDENTIALS) {
        memcpy(&who, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(who));
        out->state.pid = who.pid;
    }
    return 0;
}

static int start(struct plan *p, int dir, struct word *word)
{
    const int on = 1;
    int pair[2];
    pid_t pid;
    int rc;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0 ||
        setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) != 0)
        return lab_fail_errno(&word->fault, "cannot make a socket pair");
    p->tell = pair[1];
    (void)fflush(NULL);
    pid = fork();
    if (pid == 0) {
        (void)close(pair[0]);
        keep(p, dir);
    }
    (void)close(pair[1]);
    rc = pid < 0 ? lab_fail_errno(&word->fault, "cannot fork") : hear(pair[0], word);
    (void)close(pair[0]);
    if (pid > 0 && rc != 0)
        return lab_fail(&word->fault, EX_SOFTWARE, "the world ended while it started");
    if (rc != 0 || !word->up)
        return -1;
    return lab_state_write(dir, &word->state, &word->fault);
}

/* clang-format off */
/* Lines to paste: shown if the program is there. %1$s: the domain, %2$s: a host of it. */
static const struct { const char *program, *line; bool host; } lines[] = {
    {"danesmtp",       "danelab exec -- danesmtp probe --trace %1$s", false},
    {"dig",            "danelab exec -- dig +dnssec TLSA _25._tcp.%2$s", true},
    {"delv",           "danelab exec -- delv @127.0.0.1 -a /etc/danelab/delv.keys MX %1$s", false},
    {"drill",          "danelab exec -- drill -S -k /etc/danelab/trust-anchor TLSA _25._tcp.%2$s", true},
    {"openssl",        "danelab exec -- sh -c 'openssl s_client -brief -starttls smtp -connect %2$s:25 -dane_tlsa_domain %2$s "
                       "-dane_ee_no_namechecks -dane_tlsa_rrdata \"$(dig +short TLSA _25._tcp.%2$s)\" </dev/null'", true},
    {"swaks",          "danelab exec -- swaks --server %2$s --tls-optional --from me@sender.lab --to user@%1$s --quit-after RCPT", true},
    {"posttls-finger", "danelab exec -- posttls-finger -c -l dane %1$s", false},
};
/* clang-format on */

static bool installed(const char *program)
{
    static const char *const places[] = {"/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin"};
    bool found = strcmp(program, "danesmtp") == 0;

    for (size_t i = 0; i < LAB_COUNT(places) && !found; i++) {
        char *path = lab_format("%s/%s", places[i], program);

        found = access(path, X_OK) == 0;
        free(path);
    }
    return found;
}

/* %1$s and %2$s replaced. */
static void put_line(const char *line, const char *domain, const char *host)
{
    for (; *line != '\0'; line++) {
        if (line[0] != '%') {
            (void)fputc(*line, stdout);
            continue;
        }
        (void)fputs(line[1] == '1' ? domain : host, stdout);
        line += 3;
    }
    (void)fputc('\n', stdout);
}

static void print_lines(const struct lab_scenario *s)
{
    char *domain = lab_format("%s.example", s->id);
    char *host = s->hosts_count > 0 ? lab_scenario_name(s, s->hosts[0].name) : NULL;

    if (host != NULL)
        host[strlen(host) - 1] = '\0';
    (void)printf("\nTry:\n");
    for (size_t i = 0; i < LAB_COUNT(lines); i++) {
        if (!installed(lines[i].program) || (lines[i].host && host == NULL))
            continue;
        (void)printf("  ");
        put_line(lines[i].line, domain, host);
    }
    (void)printf("  danelab shell\n  danelab down\n");
    free(host);
    free(domain);
}

static void print_world(const struct plan *p, int boot_ms)
{
    const struct lab_scenario *first = p->scenarios[0];
    size_t rows = 0;

    (void)printf("A world with %zu scenario%s is up, started in %d ms.\n\n", p->count,
                 lab_plural(p->count), boot_ms);
    (void)printf("%-40s %-16s %-15s %s\n", "DOMAIN", "HOST", "IPv4", "IPv6");
    for (size_t i = 0; i < p->count && rows < SHOWN; i++) {
        const struct lab_scenario *s = p->scenarios[i];
        char *domain = lab_format("%s.example", s->id);

        for (unsigned j = 0; j < s->hosts_count || j == 0; j++, rows++) {
            char address4[46] = "";
            char address6[46] = "";

            if (j < s->hosts_count) {
                lab_host_address(s->block, j, false, address4);
                lab_host_address(s->block, j, true, address6);
            }
            (void)printf("%-40s %-16s %-15s %s\n", j == 0 ? domain : "",
                         j < s->hosts_count ? s->hosts[j].name : "-", address4, address6);
        }
        free(domain);
        if (rows >= SHOWN && i + 1 < p->count)
            (void)printf("... and %zu more: danelab list\n", p->count - i - 1);
    }
    print_lines(first);
}

/* One world at a time: the lock is taken here and then held by the world itself. */
static int up(struct plan *p)
{
    struct word word = {0};
    bool taken;
    int dir = lab_state_claim(&taken, &word.fault);
    int rc;

    if (dir < 0)
        return lab_complaint(BROKEN, "%s", word.fault.what);
    if (taken) {
        (void)close(dir);
        return lab_complaint(BROKEN, "a world is up already; danelab down ends it");
    }
    rc = start(p, dir, &word);
    (void)close(dir);
    if (rc != 0)
        return lab_complaint(BROKEN, "%s", word.fault.what);
    print_world(p, word.boot_ms);
    return 0;
}

int lab_cmd_up(int argc, char **argv)
{
    const char *got[LAB_COUNT(table)];
    struct lab_suite suite;
    struct plan p = {0};
    struct lab_selected selected;
    int first;
    int rc = lab_options(argc, argv, table, "up [OPTION]... [ID|GLOB|@FILE]...", got, &first);

    if (rc >= 0)
        return rc;
    if (got[RESOLVER] != NULL && lab_take_resolver(got[RESOLVER], &p.resolver) != 0)
        return 2;
    lab_suite_open(&suite);
    rc = lab_select(
        &suite,
        &(struct lab_selection){.patterns = argv + first, .pattern_count = (size_t)(argc - first)},
        &selected);
    if (rc != 0 || selected.count == 0) {
        rc = rc != 0 ? 2 : lab_complaint(2, "there are no scenarios");
    } else {
        p.paths = suite.paths;
        p.scenarios = selected.list;
        p.count = selected.count;
        rc = up(&p);
    }
    lab_selected_free(&selected);
    lab_suite_close(&suite);
    return rc;
}

/* Until nobody holds the lock any more, which is when every process of the world has gone. */
static int await_end(int dir, int process)
{
    const struct timespec moment = {.tv_nsec = 2000000};
    int64_t begun = lab_now_ms();
    bool killed = false;

    while (!lab_state_lock(dir)) {
        int64_t since = lab_now_ms() - begun;

        if (since > GIVE_UP_MS)
            return lab_complaint(BROKEN, "the world does not end");
        if (since > ASK_MS && !killed)
            killed = pidfd_send_signal(process, SIGKILL, NULL, 0) == 0;
        (void)nanosleep(&moment, NULL);
    }
    lab_state_remove(dir);
    return 0;
}

int lab_cmd_down(int argc, char **argv)
{
    const char *got[LAB_COUNT(none)];
    struct lab_fault fault;
    struct lab_state state;
    int process = -1;
    int first;
    int dir;
    int rc = lab_options(argc, argv, none, "down", got, &first);

    if (rc >= 0)
        return rc;
    if (first < argc)
        return lab_complaint(2, "down takes no arguments");
    dir = lab_state_open(&fault);
    if (dir >= 0)
        process = lab_state_find(dir, &state, &fault);
    if (process < 0)
        rc = lab_complaint(BROKEN, "%s", fault.what);
    else if (pidfd_send_signal(process, SIGTERM, NULL, 0) != 0 && errno != ESRCH)
        rc = lab_complaint(BROKEN, "cannot end the world: %s", strerror(errno));
    else
        rc = await_end(dir, process);
    if (process >= 0)
        (void)close(process);
    if (dir >= 0)
        (void)close(dir);
    return rc;
}
