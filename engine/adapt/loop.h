/* loop.h - the one event loop of the engine; resolvers and connections run on it. */
#ifndef DSMTP_ADAPT_LOOP_H
#define DSMTP_ADAPT_LOOP_H

#include "base/status.h"

struct event_base;

struct dsmtp_loop {
    struct event_base *base;
};

/* Storage is the caller's. Adapters that were opened on a loop must be closed before the loop is.
 */
DSMTP_MUST_USE enum dsmtp_status dsmtp_loop_open(struct dsmtp_loop *loop,
                                                 struct dsmtp_fault *fault);

/* Serve events until somebody calls stop, or until there is nothing left to wait for. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_loop_run(struct dsmtp_loop *loop);

/* Let run return once the event being served is done with. */
void dsmtp_loop_stop(struct dsmtp_loop *loop);

void dsmtp_loop_close(struct dsmtp_loop *loop);

#endif
