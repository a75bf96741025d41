/* mail_server.c - the server of mail_server.h: one connection after the other. */
#include "starve/mail_server.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/tls_certs.h"

struct talk {
    SSL_CTX *ctx;
    int fd;
    SSL *ssl;
    char line[1100];
    size_t len; /* of what was read behind the line before */
};

static bool put(struct talk *t, const char *text)
{
    int len = (int)strlen(text);

    return (t->ssl != NULL ? SSL_write(t->ssl, text, len)
                           : (int)send(t->fd, text, (size_t)len, MSG_NOSIGNAL)) == len;
}

/* The next line into t->line, without its end. */
static bool get(struct talk *t)
{
    size_t len = 0;
    char c;

    while ((t->ssl != NULL ? SSL_read(t->ssl, &c, 1) : (int)recv(t->fd, &c, 1, 0)) == 1) {
        if (c == '\n') {
            t->line[len] = '\0';
            return true;
        }
        if (c != '\r' && len + 1 < sizeof(t->line))
            t->line[len++] = c;
    }
    return false;
}

static bool upgrade(struct talk *t)
{
    if (!put(t, "220 go ahead\r\n"))
        return false;
    t->ssl = SSL_new(t->ctx);
    return t->ssl != NULL && SSL_set_fd(t->ssl, t->fd) == 1 && SSL_accept(t->ssl) == 1;
}

static bool take_message(struct talk *t, unsigned *taken)
{
    if (!put(t, "354 go ahead\r\n"))
        return false;
    while (get(t))
        if (strcmp(t->line, ".") == 0) {
            ++*taken;
            return put(t, "250 2.6.0 taken\r\n");
        }
    return false;
}

static void talk(struct talk *t, unsigned *taken)
{
    bool on = put(t, "220 mail.example\r\n");

    while (on && get(t)) {
        if (strncasecmp(t->line, "EHLO", 4) == 0)
            on = put(t, t->ssl != NULL ? "250-mail.example\r\n250 PIPELINING\r\n"
                                       : "250-mail.example\r\n250 STARTTLS\r\n");
        else if (strcasecmp(t->line, "STARTTLS") == 0)
            on = upgrade(t);
        else if (strcasecmp(t->line, "DATA") == 0)
            on = take_message(t, taken);
        else if (strncasecmp(t->line, "RCPT TO:<b", 10) == 0)
            on = put(t, "550 5.1.1 nobody\r\n");
        else if (strcasecmp(t->line, "QUIT") == 0)
            on = put(t, "221 bye\r\n") && false;
        else
            on = put(t, "250 2.1.0 yes\r\n");
    }
}

static void run(int listener, unsigned *taken)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)SSL_CTX_use_certificate(ctx, tls_cert(LEAF));
    (void)SSL_CTX_use_PrivateKey(ctx, tls_cert_key(LEAF));
    for (;;) {
        struct talk t = {.ctx = ctx, .fd = accept(listener, NULL, NULL)};

        talk(&t, taken);
        SSL_free(t.ssl);
        (void)close(t.fd);
    }
}

bool mail_server_start(struct mail_server *server)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    server->taken = mmap(NULL, sizeof(unsigned), PROT_READ | PROT_WRITE,
                         /* cppcheck-suppress invalidFunctionArg; -1: no file */
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (server->taken == MAP_FAILED || bind(listener, (struct sockaddr *)&at, len) != 0 ||
        listen(listener, 50) != 0 || getsockname(listener, (struct sockaddr *)&at, &len) != 0) {
        (void)close(listener);
        return false;
    }
    server->port = ntohs(at.sin_port);
    tls_certs_make();
    server->pid = fork();
    if (server->pid == 0)
        run(listener, server->taken);
    (void)close(listener);
    return server->pid > 0;
}

void mail_server_kill(struct mail_server *server)
{
    (void)kill(server->pid, SIGKILL);
    (void)waitpid(server->pid, NULL, 0);
    (void)munmap(server->taken, sizeof(unsigned));
}
