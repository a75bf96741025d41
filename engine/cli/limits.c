/* limits.c - limits of limits.h. */
#include "cli/limits.h"

#include <sys/resource.h>
#include <sysexits.h>

#include "adapt/resolver_limit.h"
#include "adapt/turnstile.h"
#include "cli/say.h"

/* Streams, the loop, libraries. */
#define OTHER_DESCRIPTORS 40u
/* Neither resolver has more sockets open, however much it is asked. */
#define RESOLVER_DESCRIPTORS 300u

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

struct dsmtp_limits dsmtp_limits_fit(struct dsmtp_limits wanted, unsigned descriptors)
{
    unsigned room = descriptors > OTHER_DESCRIPTORS + 1 ? descriptors - OTHER_DESCRIPTORS : 2;
    unsigned resolver = least(wanted.questions, RESOLVER_DESCRIPTORS);

    if (resolver + wanted.connections <= room)
        return wanted;
    /* Half of it for each, but to neither more than it wants. */
    if (resolver > room / 2 && wanted.connections > room / 2)
        resolver = room / 2;
    else if (resolver > room / 2)
        resolver = room - wanted.connections;
    return (struct dsmtp_limits){
        .questions = resolver < RESOLVER_DESCRIPTORS ? resolver : wanted.questions,
        .connections = least(wanted.connections, room - resolver),
    };
}

/* Returns how many there are. */
static unsigned raise_descriptors(void)
{
    const unsigned plenty = 1000000;
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return 1024;
    files.rlim_cur = files.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &files) != 0)
        (void)getrlimit(RLIMIT_NOFILE, &files);
    return files.rlim_cur < plenty ? (unsigned)files.rlim_cur : plenty;
}

int dsmtp_limits_apply(struct dsmtp_setup *setup, const struct dsmtp_options *o, bool connect)
{
    const struct dsmtp_limits wanted = {o->questions, connect ? least(o->connections, o->jobs) : 0};
    unsigned descriptors = raise_descriptors();
    struct dsmtp_limits fit = dsmtp_limits_fit(wanted, descriptors);
    const struct dsmtp_turnstile_limits turnstile = {fit.connections, o->per_host};
    enum dsmtp_status status;

    if (fit.questions < wanted.questions || fit.connections < wanted.connections)
        dsmtp_say("only %u file descriptors (ulimit -n): %u instead of %u questions and %u instead "
                  "of %u connections at the same time",
                  descriptors, fit.questions, wanted.questions, fit.connections,
                  wanted.connections);
    status = dsmtp_resolver_limit(&setup->loop, fit.questions, &setup->engine.resolver);
    if (status == DSMTP_OK && connect)
        status = dsmtp_turnstile_open(&setup->loop, &turnstile, &setup->engine.connector);
    if (status == DSMTP_OK)
        return 0;
    dsmtp_say("%s", dsmtp_status_text(status));
    return EX_SOFTWARE;
}
