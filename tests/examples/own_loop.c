/* own_loop.c - the library only thinks: a program with its own resolver (libunbound, asked side by
 * side), its own loop (poll) and its own sessions (OpenSSL on a socket) asks it what to ask, what
 * to insist on, and whether the peer will do: own_loop TRUST-ANCHOR TARGET */
#include <arpa/inet.h>
#include <danesmtp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unbound.h>
#include <unistd.h>

/* --- DNS ------------------------------------------------------------------------------------ */

static struct dsmtp_search *search;
static int outstanding;
static int broken;

/* What libunbound says of an answer. Whatever is no answer at all is an error, never an absence. */
static void on_result(void *arg, int error, struct ub_result *r)
{
    unsigned id = *(unsigned *)arg;
    enum dsmtp_security security = DSMTP_SECURITY_ERROR;

    free(arg);
    outstanding--;
    if (error == 0 && r->bogus)
        security = DSMTP_SECURITY_BOGUS;
    else if (error == 0 && r->answer_packet != NULL)
        security = r->secure ? DSMTP_SECURITY_SECURE : DSMTP_SECURITY_INSECURE;
    if (dsmtp_search_feed(search, id, error == 0 ? r->answer_packet : NULL,
                          error == 0 ? (size_t)r->answer_len : 0, security,
                          error != 0 ? ub_strerror(error) : r->why_bogus) != DSMTP_OK)
        broken = 1;
    if (error == 0)
        ub_resolve_free(r);
}

static void ask_all(struct ub_ctx *ub)
{
    struct dsmtp_ask ask;

    while (dsmtp_search_want(search, &ask) == DSMTP_OK) {
        unsigned *id = malloc(sizeof(*id));
        int error = UB_NOMEM;

        if (id != NULL) {
            *id = ask.id;
            error = ub_resolve_async(ub, ask.name, (int)ask.type, 1, id, on_result, NULL);
        }
        if (error == 0) {
            outstanding++;
            continue;
        }
        free(id);
        if (dsmtp_search_feed(search, ask.id, NULL, 0, DSMTP_SECURITY_ERROR, ub_strerror(error)) !=
            DSMTP_OK)
            broken = 1;
    }
}

static const struct dsmtp_plan *find_plan(struct ub_ctx *ub)
{
    struct pollfd readable = {.fd = ub_fd(ub), .events = POLLIN};

    for (ask_all(ub); outstanding > 0 && !broken; ask_all(ub))
        if (poll(&readable, 1, 60000) <= 0 || ub_process(ub) != 0)
            return NULL;
    return dsmtp_search_plan(search);
}

/* --- SMTP, as far as STARTTLS ----------------------------------------------------------------- */

/* A complete reply; its code, or 0. */
static int read_reply(int fd)
{
    char line[600];
    size_t len = 0;

    while (len + 1 < sizeof(line) && read(fd, line + len, 1) == 1) {
        if (line[len++] != '\n')
            continue;
        if (len > 4 && line[3] == ' ')
            return (int)strtol(line, NULL, 10);
        len = 0;
    }
    return 0;
}

static int say(int fd, const char *command)
{
    return write(fd, command, strlen(command)) == (ssize_t)strlen(command) ? read_reply(fd) : 0;
}

static int call(const char *address)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(25)};
    struct timeval patience = {.tv_sec = 20};
    int fd;

    if (inet_pton(AF_INET, address, &to.sin_addr) != 1)
        return -1;
    fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0)
        return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 && read_reply(fd) == 220 &&
        say(fd, "EHLO client.example\r\n") == 250 && say(fd, "STARTTLS\r\n") == 220)
        return fd;
    close(fd);
    return -1;
}

/* --- both ------------------------------------------------------------------------------------- */

static void secure(SSL_CTX *tls, int fd, const struct dsmtp_plan *plan, size_t index,
                   const struct dsmtp_host_info *host)
{
    struct dsmtp_peer_info peer = {.size = sizeof(peer)};
    struct dsmtp_fault fault;
    SSL *ssl = SSL_new(tls);

    if (ssl == NULL || SSL_set_fd(ssl, fd) != 1 ||
        dsmtp_ssl_demand(ssl, plan, index, &fault) != DSMTP_OK)
        printf("  %s %s failed %s\n", host->name, dsmtp_level_name(host->level), fault.what);
    else if (dsmtp_ssl_judge(ssl, SSL_connect(ssl) == 1, &peer) == DSMTP_OK)
        printf("  %s %s %s %s\n", host->name, dsmtp_level_name(host->level),
               peer.permitted ? "permitted" : "refused", peer.reason);
    SSL_free(ssl);
}

static void visit(SSL_CTX *tls, const struct dsmtp_plan *plan, size_t index,
                  const struct dsmtp_host_info *host)
{
    int fd = -1;

    if (host->level == DSMTP_LEVEL_SKIP) {
        printf("  %s skip skipped %s\n", host->name, host->reason);
        return;
    }
    for (size_t i = 0; i < host->address_count && fd < 0; i++)
        fd = call(host->addresses[i]);
    if (fd < 0) {
        printf("  %s %s failed no STARTTLS\n", host->name, dsmtp_level_name(host->level));
        return;
    }
    secure(tls, fd, plan, index, host);
    close(fd);
}

static int work(struct ub_ctx *ub, SSL_CTX *tls, const char *target)
{
    struct dsmtp_host_info host = {.size = sizeof(host)};
    const struct dsmtp_plan *plan = find_plan(ub);
    enum dsmtp_verdict verdict;
    const char *reason;

    if (plan == NULL) {
        fprintf(stderr, "own_loop: %s: no plan\n", target);
        return 1;
    }
    verdict = dsmtp_plan_verdict(plan, &reason);
    printf("%s %s %s\n", target, dsmtp_verdict_name(verdict), reason);
    for (size_t i = 0; dsmtp_plan_host(plan, i, &host) == DSMTP_OK; i++)
        visit(tls, plan, i, &host);
    return 0;
}

int main(int argc, char **argv)
{
    struct dsmtp_request request = {.size = sizeof(request), .target = argc == 3 ? argv[2] : NULL};
    struct ub_ctx *ub = ub_ctx_create();
    SSL_CTX *tls = SSL_CTX_new(TLS_client_method());
    struct dsmtp_fault fault = {.what = "usage: own_loop TRUST-ANCHOR TARGET"};
    int status = 1;

    if (argc == 3 && ub != NULL && tls != NULL && ub_ctx_resolvconf(ub, NULL) == 0 &&
        ub_ctx_add_ta_file(ub, argv[1]) == 0 && dsmtp_ssl_prepare(tls, &fault) == DSMTP_OK &&
        dsmtp_search_open(&request, NULL, &search, &fault) == DSMTP_OK)
        status = work(ub, tls, argv[2]);
    else
        fprintf(stderr, "own_loop: %s\n", fault.what);
    ub_ctx_delete(ub);
    dsmtp_search_close(&search);
    SSL_CTX_free(tls);
    return status;
}
