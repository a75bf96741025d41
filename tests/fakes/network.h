/* network.h - a whole network for tests of run/: loop, resolver, connector and the engine on top.
 */
#ifndef TESTS_FAKES_NETWORK_H
#define TESTS_FAKES_NETWORK_H

#include "fakes/connector.h"
#include "fakes/resolver.h"
#include "run/job.h"

struct fake_network {
    struct fake_loop loop;
    struct fake_resolver resolver;
    struct fake_connector connector;
    struct dsmtp_engine engine;
};

/* The domain d with the hosts m (198.18.0.1) and n (198.18.0.2), both at this level (SKIP: bogus
 * TLSA; the levels that only a local policy gives: without TLSA). */
struct fake_world fake_two_hosts(enum dsmtp_level level);

/* The same at level dane, but the TLSA lookup of m is bogus. */
struct fake_world fake_first_bogus(void);

/* Profile rfc7672; everything else zero: ready for use. */
void fake_network_init(struct fake_network *net, struct fake_world world, const char *script);
/* What a job said, in one line: verdict, reason, recipients by their first letter, attempts,
 * advice; and the enhanced status codes of the recipients. */
struct fake_result {
    unsigned calls;
    enum dsmtp_status status;
    bool close;   /* close the job from inside done */
    bool details; /* of attempts, too */
    char text[600];
    char codes[80];
};

/* A job for domain d with the recipients a@d, b@d, c@d, as many as are wanted; arg of its done is
 * the result. */
struct dsmtp_job_config fake_job_config(struct fake_network *net, enum dsmtp_mode mode,
                                        enum dsmtp_policy policy, unsigned recipients,
                                        struct fake_result *result);

/* Is nothing left open, asked or queued? */
bool fake_network_idle(const struct fake_network *net);

#endif
