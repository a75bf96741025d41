/* danesmtp.h - DANE for SMTP (RFC 7672) as a client: which hosts take mail for a destination, what
 * to insist on with each of them, whether the peer is the right one, and why. See libdanesmtp(3).
 *
 * Three ways to use it, each with less of the library and more of the program's own:
 *   dsmtp_client_*  all of it: resolver, connections, TLS, on a loop of its own or the program's
 *   dsmtp_search_*  DNS answers in, questions and at last a plan out; no I/O at all
 *   dsmtp_ssl_*     what a plan demands of a host, on an OpenSSL session of the program's
 *
 * One thread at a time for each client, search or plan. Strings that go in are copied; those that
 * come out live as long as what they came from. Names come out as lower-case A-labels without a
 * trailing dot. A struct that begins with its size must have it set to sizeof, and be zeroed but
 * for what is meant: 0 and NULL are defaults. fault may be NULL. */
#ifndef DANESMTP_H
#define DANESMTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DSMTP_VERSION "1.0.0"
#define DSMTP_API __attribute__((visibility("default")))
#define DSMTP_MUST_USE __attribute__((warn_unused_result))
#define DSMTP_CALL DSMTP_API DSMTP_MUST_USE enum dsmtp_status

/* clang-format off */
/* Why the library itself cannot go on. What was found out about a destination is never a status. */
#define DSMTP_STATUS_LIST(X) \
    X(OK, "success") X(AGAIN, "more input needed") X(NOMEM, "out of memory") X(TOOBIG, "input exceeds its limit") \
    X(SYNTAX, "malformed input") X(MISUSE, "call out of order") X(SYSTEM, "system call failed")
#define X(name, text) DSMTP_##name,
enum dsmtp_status { DSMTP_STATUS_LIST(X) };
#undef X

/* Security of a DNS answer (RFC 7672, section 2.1.1; RFC 4035, section 4.3). ERROR is any failure
 * to get a proven answer that is not known to be a validation failure: SERVFAIL, timeout, REFUSED,
 * malformed, loop, over a limit. */
#define DSMTP_SECURITY_LIST(X) X(SECURE, "secure") X(INSECURE, "insecure") X(BOGUS, "bogus") X(ERROR, "error")
#define X(name, word) DSMTP_SECURITY_##name,
enum dsmtp_security { DSMTP_SECURITY_LIST(X) DSMTP_SECURITY_COUNT };
#undef X

/* What to insist on with a host. SKIP: it must not be contacted at all. NONE: no TLS. MAY: TLS if
 * it can be had, else clear. ENCRYPT: TLS with whomever. AUDIT: TLS, and a certificate that matches
 * no TLSA record is told, not refused (RFC 7672, section 9.1). The others: TLS with a peer that is
 * authenticated, or nothing. The order is no ranking. */
#define DSMTP_LEVEL_LIST(X) \
    X(SKIP, "skip") X(NONE, "none") X(MAY, "may") X(ENCRYPT, "encrypt") X(AUDIT, "audit") X(DANE, "dane") \
    X(FINGERPRINT, "fingerprint") X(VERIFY, "verify") X(SECURE, "secure")
#define X(name, word) DSMTP_LEVEL_##name,
enum dsmtp_level { DSMTP_LEVEL_LIST(X) DSMTP_LEVEL_COUNT };
#undef X

/* ATTEMPT, DEFER, BOUNCE: of a plan or a probe. The others: of a delivery, and of a recipient. */
#define DSMTP_VERDICT_LIST(X) \
    X(ATTEMPT, "attempt") X(DEFER, "defer") X(BOUNCE, "bounce") \
    X(DELIVERED, "delivered") X(DEFERRED, "deferred") X(BOUNCED, "bounced")
#define X(name, word) DSMTP_VERDICT_##name,
enum dsmtp_verdict { DSMTP_VERDICT_LIST(X) DSMTP_VERDICT_COUNT };
#undef X
/* clang-format on */

/* What a person needs beyond the status, in one line. The caller's. */
struct dsmtp_fault {
    enum dsmtp_status status;
    char what[640];
};

/* DSMTP_VERSION of the library that is there; words for machines and sentences for people. None is
 * ever NULL. */
DSMTP_API const char *dsmtp_version(void);
DSMTP_API const char *dsmtp_status_text(enum dsmtp_status status);
DSMTP_API const char *dsmtp_level_name(enum dsmtp_level level);
DSMTP_API const char *dsmtp_verdict_name(enum dsmtp_verdict verdict);

/* --- requests and options ------------------------------------------------------------------- */
enum dsmtp_mode { DSMTP_MODE_PLAN, DSMTP_MODE_PROBE, DSMTP_MODE_SEND };

/* policy: LEVEL and attributes, as behind the destination in such a file: "dane-only", "may",
 * "secure match=nexthop", ... */
struct dsmtp_request {
    size_t size;
    enum dsmtp_mode mode; /* ask DNS; try every host as well, no mail; deliver */
    const char *target;   /* d.example, [mx.d.example], [192.0.2.1], each with :PORT */
    const char *policy;   /* for targets that no policy_file names: see below; NULL: "dane" */
    const char *sender;   /* SEND, as are the rest: user@domain; "": the null sender */
    const char *const *recipients; /* user@domain */
    size_t recipient_count;
    const char *message; /* header and body; any line ends, dots as they are */
    size_t message_len;
};

/* The options of danesmtp(1). A search heeds the first four only. */
struct dsmtp_client_options {
    size_t size;
    const char *profile;         /* "rfc7672" */
    const char *const *settings; /* "SWITCH=VALUE"; ends with NULL */
    const char *const *self;     /* own names and addresses; ends with NULL */
    uint64_t seed;               /* of the order of hosts of equal preference; 0: at random */
    const char *resolver;        /* ADDR[@PORT] */
    const char *root_hints, *trust_anchor, *unbound_conf; /* files */
    const char *canary;                                   /* "."; "": none */
    bool trust_ad, require_validation;
    const char *policy_file; /* in the format of Postfix's smtp_tls_policy_maps */
    const char *helo;        /* own name for EHLO */
    const char *tls_min, *ciphers, *ca_file, *ca_path;
    unsigned timeout_ms;            /* longest wait for any answer; 0: RFC 5321, section 4.5.3.2 */
    unsigned addresses;             /* tried for one target; 0: all */
    unsigned connections, per_host; /* at the same time; 0: no limit */
    unsigned port;                  /* connected to in place of the service's: for tests */
    struct event_base *base;        /* the program's loop; NULL: one of the client's own */
    /* Called for each rule and step, and for what the administrator should know. */
    void (*trace)(void *arg, const char *target, const char *subject, const char *what,
                  const char *rules);
    void (*warn)(void *arg, const char *what);
    void *arg;
};

/* --- results -------------------------------------------------------------------------------- */
struct dsmtp_plan;    /* what DNS and policy say about a destination */
struct dsmtp_outcome; /* a plan, and what came of it */

/* reason: one word, as danesmtp(1) lists them; says: the same as a sentence; rules: ids of those
 * that were applied, separated by spaces; detail: a library's or server's words, or NULL. */
struct dsmtp_host_info {
    size_t size;
    const char *name;
    unsigned preference;
    enum dsmtp_level level;
    const char *reason, *says, *rules, *detail;
    const char *const *addresses; /* numeric, in the order of trying */
    size_t address_count;
    const char *const *names; /* that the certificate may bear, primary first; ".d" any below d */
    size_t name_count;
    const char *sni; /* for the ClientHello, or NULL */
};
struct dsmtp_peer_info {
    size_t size;
    bool permitted, authenticated; /* may mail go over this session? */
    const char *reason, *says;     /* "NONE": nothing is wrong */
    int usage, selector, matching; /* of the TLSA record that matched, as published; -1: none did */
    int depth;                     /* of the certificate that it matched; 0: the leaf */
    char version[16], cipher[64], name[256], detail[200]; /* of the peer; or empty */
};
struct dsmtp_attempt_info {
    size_t size;
    const char *host, *address;
    enum dsmtp_level level;
    const char *result; /* authenticated, encrypted, cleartext, failed */
    const char *reason, *says, *rules, *detail;
    const char *reply; /* last reply of the server, or NULL */
    struct dsmtp_peer_info peer;
};
struct dsmtp_recipient_info {
    size_t size;
    const char *address;
    enum dsmtp_verdict verdict;
    const char *reason, *says;
    const char *host, *reply; /* that decided, or NULL */
    const char *status;       /* enhanced status code (RFC 3463), or "" */
};

/* By index, hosts and attempts in the order of trying; DSMTP_MISUSE past the last. */
DSMTP_API enum dsmtp_verdict dsmtp_plan_verdict(const struct dsmtp_plan *plan, const char **reason);
DSMTP_CALL dsmtp_plan_host(const struct dsmtp_plan *plan, size_t index,
                           struct dsmtp_host_info *out);
DSMTP_API const struct dsmtp_plan *dsmtp_outcome_plan(const struct dsmtp_outcome *outcome);
DSMTP_API enum dsmtp_verdict dsmtp_outcome_verdict(const struct dsmtp_outcome *outcome,
                                                   const char **reason);
DSMTP_CALL dsmtp_outcome_attempt(const struct dsmtp_outcome *outcome, size_t index,
                                 struct dsmtp_attempt_info *out);
DSMTP_CALL dsmtp_outcome_recipient(const struct dsmtp_outcome *outcome, size_t index,
                                   struct dsmtp_recipient_info *out);

/* As danesmtp prints it: text, or one JSON object on one line. Write errors stay with the stream.
 */
DSMTP_CALL dsmtp_plan_print(const struct dsmtp_plan *plan, bool json, FILE *to);
DSMTP_CALL dsmtp_outcome_print(const struct dsmtp_outcome *outcome, bool json, FILE *to);

/* --- all of it ------------------------------------------------------------------------------ */
/* Called once for each request, from the loop: the outcome, or NULL and the fault. Both live as
 * long as the call. */
typedef void dsmtp_done_fn(void *arg, const struct dsmtp_outcome *outcome,
                           const struct dsmtp_fault *fault);

struct dsmtp_client;
/* SYNTAX: an option is wrong, or no resolver that validates can be had. close ends what is under
 * way without a call; from inside done it takes effect when the loop turns. */
DSMTP_CALL dsmtp_client_open(const struct dsmtp_client_options *options, struct dsmtp_client **out,
                             struct dsmtp_fault *fault);
DSMTP_API void dsmtp_client_close(struct dsmtp_client **client);

/* Begin; any number may be under way. On any status but OK done is never called. forget ends all
 * that were started with this arg, without a call. */
DSMTP_CALL dsmtp_client_start(struct dsmtp_client *client, const struct dsmtp_request *request,
                              dsmtp_done_fn *done, void *arg, struct dsmtp_fault *fault);
DSMTP_API void dsmtp_client_forget(struct dsmtp_client *client, const void *arg);

/* Serve the client's own loop until nothing is under way. MISUSE: the loop is the program's. */
DSMTP_CALL dsmtp_client_run(struct dsmtp_client *client);

/* --- only the thinking ---------------------------------------------------------------------- */
struct dsmtp_search;
struct dsmtp_ask {
    const char *name; /* lives until it is answered */
    unsigned type;    /* of the RR: MX 15, A 1, AAAA 28, TLSA 52, CNAME 5, DNAME 39; class IN */
    unsigned id;      /* for feed */
};

/* request: target and policy count. options may be NULL. */
DSMTP_CALL dsmtp_search_open(const struct dsmtp_request *request,
                             const struct dsmtp_client_options *options, struct dsmtp_search **out,
                             struct dsmtp_fault *fault);
DSMTP_API void dsmtp_search_close(struct dsmtp_search **search);

/* OK: *out can be asked now. Call until AGAIN, ask them all side by side, feed, call again. */
DSMTP_CALL dsmtp_search_want(struct dsmtp_search *search, struct dsmtp_ask *out);

/* The reply as a DNS message (RFC 1035, section 4), which may be NULL with BOGUS and ERROR; what
 * validation says of it, and in which words (why, or NULL). What is no clear answer counts as
 * ERROR. MISUSE: nobody asked, or a second time. */
DSMTP_CALL dsmtp_search_feed(struct dsmtp_search *search, unsigned id, const uint8_t *reply,
                             size_t len, enum dsmtp_security security, const char *why);

/* The plan, once everything that was wanted is answered; NULL before. It is the search's. */
DSMTP_API const struct dsmtp_plan *dsmtp_search_plan(const struct dsmtp_search *search);

/* --- a plan on OpenSSL sessions of the program's -------------------------------------------- */
/* prepare, once: let a client's SSL_CTX take demands; no session of it is resumed, and one without
 * a demand trusts nobody. demand, before the handshake: make it fail unless the level of the host
 * is met, with SNI and names; the plan has to outlive it. judge, after the handshake has ended well
 * (up) or badly: what has it shown? MISUSE: not prepared, no demand, level skip or none. */
struct ssl_ctx_st;
struct ssl_st;
DSMTP_CALL dsmtp_ssl_prepare(struct ssl_ctx_st *ctx, struct dsmtp_fault *fault);
DSMTP_CALL dsmtp_ssl_demand(struct ssl_st *ssl, const struct dsmtp_plan *plan, size_t index,
                            struct dsmtp_fault *fault);
DSMTP_CALL dsmtp_ssl_judge(struct ssl_st *ssl, bool up, struct dsmtp_peer_info *out);

#ifdef __cplusplus
}
#endif

#endif
