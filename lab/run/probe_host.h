/* probe_host.h - what one SMTP host does when called: the whole of a delivery. */
#ifndef LAB_RUN_PROBE_HOST_H
#define LAB_RUN_PROBE_HOST_H

#include "base/base.h"

/* The steps of a delivery. HANDSHAKE has no reply code. */
enum lab_step {
    LAB_STEP_BANNER,
    LAB_STEP_EHLO,
    LAB_STEP_STARTTLS,
    LAB_STEP_HANDSHAKE,
    LAB_STEP_EHLO_TLS,
    LAB_STEP_MAIL,
    LAB_STEP_NOBODY, /* RCPT for the mailbox nobody */
    LAB_STEP_RCPT,
    LAB_STEP_DATA,
    LAB_STEP_DOT,
    LAB_STEP_QUIT,
    LAB_STEP_COUNT
};

struct lab_host_facts {
    bool connected;
    bool offers;              /* STARTTLS among the EHLO keywords */
    bool tls;                 /* handshake done, as far as the client can see */
    int version;              /* TLS1_2_VERSION ...; 0 without TLS */
    bool asked;               /* for a client certificate */
    bool ticket;              /* for resumption, was given */
    bool key_update;          /* was seen */
    int code[LAB_STEP_COUNT]; /* see lab_reply_last_code; 0 also where it did not get that far */
    unsigned certs;           /* how many certificates were sent */
    char chain[65];           /* SHA-256 over all of them in the order sent, hex; empty without */
};

/* Call ADDRESS port 25 and deliver a message as far as that goes, in TLS if STARTTLS is offered and
 * accepted. Waits at most three seconds for each reply, and a tenth of one at the step silent,
 * where none is expected (LAB_STEP_COUNT: nowhere). sni: the name to ask for, NULL: none. Never
 * fails: what could not be had is missing in out. */
void lab_host_probe(const char *address, char *sni, enum lab_step silent,
                    struct lab_host_facts *out);

/* One line without its end, the caller's; and back again: false if it is none. */
char *lab_facts_line(const struct lab_host_facts *f);
bool lab_facts_parse(const char *line, struct lab_host_facts *out);
/* The same for people. */
char *lab_facts_text(const struct lab_host_facts *f);
bool lab_facts_same(const struct lab_host_facts *a, const struct lab_host_facts *b);

/* The same digest of a chain: feed each certificate in order. */
struct x509_st;
void lab_chain_digest(struct x509_st *const *certs, unsigned count, char out[65]);

#endif
