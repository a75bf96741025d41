/* mail_server.h - an SMTP server on 127.0.0.1 in a process of its own, with STARTTLS, that counts
 * what it has taken. */
#ifndef TESTS_STARVE_MAIL_SERVER_H
#define TESTS_STARVE_MAIL_SERVER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct mail_server {
    uint16_t port;
    pid_t pid;
    unsigned *taken; /* messages acknowledged, of the whole time; shared with the process */
};

/* The certificate is LEAF of unit/tls_certs.h. */
bool mail_server_start(struct mail_server *server);
void mail_server_kill(struct mail_server *server);

#endif
