/* hosts.h - which host an address belongs to. Private to lab/smtp. */
#ifndef LAB_SMTP_HOSTS_H
#define LAB_SMTP_HOSTS_H

#include <sys/socket.h>

#include "smtp/smtp.h"

struct lab_hosts {
    struct lab_hosts_entry *list; /* sorted by address */
    size_t count;
};

/* Faults: an address that is none, or that two hosts have. */
LAB_MUST_USE int lab_hosts_init(struct lab_hosts *hosts, const struct lab_smtp_host *list,
                                size_t count, struct lab_fault *fault);
void lab_hosts_fini(struct lab_hosts *hosts);
/* NULL: nobody's. */
const struct lab_smtp_host *lab_hosts_find(const struct lab_hosts *hosts,
                                           const struct sockaddr_storage *address);

#endif
