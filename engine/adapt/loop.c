/* loop.c - libevent as the loop of loop.h. */
#include "adapt/loop.h"

#include <event2/event.h>
#include <stddef.h>

enum dsmtp_status dsmtp_loop_open(struct dsmtp_loop *loop, struct dsmtp_fault *fault)
{
    struct event_config *config = event_config_new();

    loop->base = NULL;
    if (config != NULL) {
        /* One thread: no locks. The environment has no say in the choice of the back end. */
        (void)event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_IGNORE_ENV);
        loop->base = event_base_new_with_config(config);
        event_config_free(config);
    }
    if (loop->base == NULL)
        return dsmtp_fault_set(fault, DSMTP_SYSTEM, "cannot set up an event loop");
    return DSMTP_OK;
}

enum dsmtp_status dsmtp_loop_run(struct dsmtp_loop *loop)
{
    return event_base_dispatch(loop->base) < 0 ? DSMTP_SYSTEM : DSMTP_OK;
}

void dsmtp_loop_stop(struct dsmtp_loop *loop)
{
    (void)event_base_loopbreak(loop->base);
}

void dsmtp_loop_close(struct dsmtp_loop *loop)
{
    if (loop->base != NULL)
        event_base_free(loop->base);
    loop->base = NULL;
}
