/* job.h - one target: plan it, probe it, or deliver to it. Many jobs run side by side on one loop.
 */
#ifndef DSMTP_RUN_JOB_H
#define DSMTP_RUN_JOB_H

#include "core/discover.h"
#include "model/outcome.h"
#include "run/engine.h"
#include "run/session.h"

/* Memory of one target, answers and records included. */
#define DSMTP_JOB_MEMORY_MAX (16u << 20)

struct dsmtp_job;
typedef void dsmtp_job_done(void *arg, struct dsmtp_job *job, enum dsmtp_status status,
                            const struct dsmtp_outcome *outcome);

struct dsmtp_job_config {
    const struct dsmtp_engine *engine;
    enum dsmtp_mode mode;
    const char *target;  /* for reports */
    const char *nexthop; /* canonical */
    enum dsmtp_nexthop_kind kind;
    enum dsmtp_policy policy;
    const struct dsmtp_local_entry
        *entry;       /* of the policy table, which the policy is from; or NULL */
    bool advise;      /* PROBE: ask and look beyond what mail needs, and fill outcome->advice */
    const char *from; /* SEND only, as are the rest */
    const char *const *recipients;
    unsigned recipient_count;
    const char *data; /* wire form of core/message.h */
    size_t len;
    dsmtp_job_done *done; /* called once, from the loop, or from inside open when nothing had to be
                             asked; status other than OK: no outcome */
    void *arg;
};

/* Start. Strings of config must outlive the job. On any status but OK done is not called.
 * DSMTP_MISUSE: nothing to send, or nobody to send it to. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_job_open(const struct dsmtp_job_config *config,
                                                struct dsmtp_job **out);

/* End a job at any time, also from inside done; the outcome is gone with it. */
void dsmtp_job_close(struct dsmtp_job **job);

#endif
