/* probe_host.h - what one SMTP host does when called, up to the TLS handshake. */
#ifndef LAB_RUN_PROBE_HOST_H
#define LAB_RUN_PROBE_HOST_H

#include "base/base.h"

struct lab_host_facts {
    bool connected;
    int banner; /* code; 0: closed or silent */
    int ehlo;
    bool offers;    /* STARTTLS among the EHLO keywords */
    int starttls;   /* code of the reply to STARTTLS; 0: not asked or none */
    bool tls;       /* handshake done */
    unsigned certs; /* how many certificates were sent */
    char chain[65]; /* SHA-256 over all of them in the order sent, hex; empty without TLS */
};

/* Call ADDRESS port 25, waiting at most three seconds for each step. Never fails: what could not be
 * had is missing in out. */
void lab_host_probe(const char *address, struct lab_host_facts *out);

/* The same digest of a chain given as DER pieces: feed each certificate in order. */
struct x509_st;
void lab_chain_digest(struct x509_st *const *certs, unsigned count, char out[65]);

#endif
