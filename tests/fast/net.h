/* net.h - the wire: whoever connects to an address of a fake host talks to lab/smtp in this
 * process, over a pair of sockets. connect(2) of the engine ends here, by the linker's --wrap. */
#ifndef FAST_NET_H
#define FAST_NET_H

#include <event2/event.h>

#include "smtp/smtp.h"

/* Put these hosts behind the wire, their sessions on that loop; their log goes to log_fd. One at a
 * time. round: see lab_smtp_serve. */
LAB_MUST_USE int fast_net_open(struct event_base *base, const struct lab_smtp_host *hosts,
                               size_t count, const lab_smtp_round *round, int log_fd,
                               struct lab_fault *fault);
/* The hosts' side of the last sessions, whose callers have gone: until it has written down their
 * ends. */
void fast_net_settle(void);
/* Ends all sessions. -1: their log is not complete. */
LAB_MUST_USE int fast_net_close(struct lab_fault *fault);

#endif
