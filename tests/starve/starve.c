/* starve.c - the allocations of starve.h. */
#include "starve/starve.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <jansson.h>
#include <netdb.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <search.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unbound-event.h>
#include <unbound.h>
#include <unistd.h>

enum { SECONDS = 20, ALLOCATIONS_MAX = 20000 };

static struct {
    unsigned target, count;
    bool all;
} now;

static bool fails(void)
{
    bool hit;

    if (now.target == 0)
        return false;
    now.count++;
    hit = now.all ? now.count >= now.target : now.count == now.target;
    if (hit)
        errno = ENOMEM;
    return hit;
}

/* NAME as the engine calls it: failed, or what the real one returns. */
#define FAILING(type, name, parameters, arguments, failed) \
    type starve_##name parameters;                         \
    type starve_##name parameters                          \
    {                                                      \
        return fails() ? (failed) : name arguments;        \
    }

/* clang-format off */
FAILING(void *, malloc, (size_t size), (size), NULL)
FAILING(void *, calloc, (size_t count, size_t size), (count, size), NULL)
FAILING(void *, realloc, (void *old, size_t size), (old, size), NULL)
FAILING(char *, strdup, (const char *s), (s), NULL)
FAILING(FILE *, open_memstream, (char **text, size_t *len), (text, len), NULL)
FAILING(FILE *, fopen, (const char *name, const char *mode), (name, mode), NULL)
FAILING(FILE *, fdopen, (int fd, const char *mode), (fd, mode), NULL)
FAILING(ssize_t, getline, (char **line, size_t *room, FILE *from), (line, room, from), -1)
FAILING(ssize_t, getdelim, (char **line, size_t *room, int end, FILE *from), (line, room, end, from), -1)
FAILING(int, getaddrinfo, (const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **out), (node, service, hints, out), EAI_MEMORY)
FAILING(void *, tsearch, (const void *key, void **root, __compar_fn_t compare), (key, root, compare), NULL)

FAILING(struct event_config *, event_config_new, (void), (), NULL)
FAILING(struct event_base *, event_base_new_with_config, (const struct event_config *c), (c), NULL)
FAILING(struct event *, event_new, (struct event_base *b, evutil_socket_t fd, short what, event_callback_fn call, void *arg), (b, fd, what, call, arg), NULL)
FAILING(int, event_add, (struct event *e, const struct timeval *t), (e, t), -1)
FAILING(struct evbuffer *, evbuffer_new, (void), (), NULL)
FAILING(int, evbuffer_add, (struct evbuffer *b, const void *data, size_t len), (b, data, len), -1)
FAILING(struct bufferevent *, bufferevent_socket_new, (struct event_base *b, evutil_socket_t fd, int options), (b, fd, options), NULL)
FAILING(int, bufferevent_socket_connect, (struct bufferevent *b, const struct sockaddr *a, int len), (b, a, len), -1)
FAILING(int, bufferevent_enable, (struct bufferevent *b, short what), (b, what), -1)
FAILING(int, bufferevent_write, (struct bufferevent *b, const void *data, size_t len), (b, data, len), -1)

FAILING(BIO *, BIO_new_mem_buf, (const void *data, int len), (data, len), NULL)
FAILING(OPENSSL_STACK *, OPENSSL_sk_new_null, (void), (), NULL)
FAILING(int, OPENSSL_sk_push, (OPENSSL_STACK *stack, const void *data), (stack, data), 0)
FAILING(SSL_CTX *, SSL_CTX_new, (const SSL_METHOD *method), (method), NULL)
FAILING(SSL *, SSL_new, (SSL_CTX *ctx), (ctx), NULL)
FAILING(int, SSL_set_ex_data, (SSL *ssl, int index, void *data), (ssl, index, data), 0)
FAILING(int, SSL_dane_enable, (SSL *ssl, const char *base), (ssl, base), 0)
FAILING(int, SSL_dane_tlsa_add, (SSL *ssl, uint8_t usage, uint8_t selector, uint8_t matching, const unsigned char *data, size_t len), (ssl, usage, selector, matching, data, len), -1)
FAILING(X509_STORE *, X509_STORE_new, (void), (), NULL)
FAILING(X509_STORE_CTX *, X509_STORE_CTX_new, (void), (), NULL)
FAILING(int, X509_STORE_CTX_init, (X509_STORE_CTX *ctx, X509_STORE *store, X509 *leaf, STACK_OF(X509) *chain), (ctx, store, leaf, chain), 0)
FAILING(int, X509_VERIFY_PARAM_set1, (X509_VERIFY_PARAM *to, const X509_VERIFY_PARAM *from), (to, from), 0)
FAILING(int, X509_VERIFY_PARAM_add1_host, (X509_VERIFY_PARAM *p, const char *name, size_t len), (p, name, len), 0)
FAILING(int, i2d_X509, (const X509 *cert, unsigned char **out), (cert, out), -1)
FAILING(int, i2d_X509_PUBKEY, (const X509_PUBKEY *key, unsigned char **out), (key, out), -1)

FAILING(struct ub_ctx *, ub_ctx_create_event, (struct event_base *b), (b), NULL)
FAILING(int, ub_resolve_event, (struct ub_ctx *c, const char *name, int type, int class, void *arg, ub_event_callback_type call, int *id), (c, name, type, class, arg, call, id), UB_NOMEM)
/* clang-format on */

int starve_asprintf(char **out, const char *format, ...) __attribute__((format(printf, 2, 3)));
int starve_asprintf(char **out, const char *format, ...)
{
    va_list args;
    int n;

    if (fails())
        return -1;
    va_start(args, format);
    n = vasprintf(out, format, args);
    va_end(args);
    return n;
}

int starve_asprintf_chk(char **out, int flag, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int starve_asprintf_chk(char **out, int flag, const char *format, ...)
{
    va_list args;
    int n;

    (void)flag;
    if (fails())
        return -1;
    va_start(args, format);
    n = vasprintf(out, format, args);
    va_end(args);
    return n;
}

/* The streams may be others at that moment. */
static int terminal;
static char where[80];

static void too_long(int number)
{
    (void)number;
    (void)!write(terminal, where, sizeof(where));
    _exit(1);
}

void starve_begin(unsigned n, bool all)
{
    (void)snprintf(where, sizeof(where), "starve: no end with allocation %u failing%s\n", n,
                   all ? ", and all behind it" : "");
    terminal = dup(STDERR_FILENO);
    (void)signal(SIGALRM, too_long);
    (void)alarm(SECONDS);
    json_set_alloc_funcs(starve_malloc, free);
    now.target = n;
    now.count = 0;
    now.all = all;
}

bool starve_end(void)
{
    bool hungry = now.target > 0 && now.count >= now.target;

    now.target = 0;
    json_set_alloc_funcs(malloc, free);
    (void)alarm(0);
    (void)close(terminal);
    return hungry;
}

unsigned starve(starve_run *run, starve_look *look, void *arg, bool all_behind)
{
    bool hungry = true;
    unsigned n = 0;

    while (hungry && ++n < ALLOCATIONS_MAX) {
        for (unsigned all = 0; all < (all_behind ? 2u : 1u); all++) {
            starve_begin(n, all != 0);
            run(arg, n);
            hungry = starve_end();
            look(arg, n, hungry);
        }
    }
    return hungry ? 0 : n - 1;
}
