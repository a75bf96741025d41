/* time.c - a world that grows older: clock, zones and hosts of a later time. */
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "sign/sign.h"
#include "world/internal.h"

#define TYPE_SOA 6
#define PAUSE_NS 2000000
#define TRIES 5000

/* Wait until a server has the zone as it is now: its serial says so. */
static int await_zone(struct lab_world *w, int which, const char *server, const char *zone,
                      struct lab_fault *fault)
{
    const struct lab_question q = {server, zone, TYPE_SOA};
    const struct timespec pause = {.tv_nsec = PAUSE_NS};
    struct lab_daemon *d = &w->daemons[which];
    struct lab_reply reply = {0};

    for (int i = 0; i < TRIES; i++) {
        if (lab_ask(&q, d, &reply, fault) != 0)
            return -1;
        if (reply.serial == w->now + 1)
            return 0;
        (void)nanosleep(&pause, NULL);
    }
    return lab_fail(fault, EX_SOFTWARE, "%s: zone %s stays at serial %u; expected %u", d->name,
                    zone, reply.serial, w->now + 1);
}

static int await_leaves(struct lab_world *w, struct lab_fault *fault)
{
    int rc = await_zone(w, LAB_D_LEAF, LAB_LEAF_SERVER4, "nic.example.", fault);

    for (size_t i = 0; i < w->count && rc == 0; i++) {
        const struct lab_scenario *s = w->scenarios[i];

        for (unsigned j = 0; j < s->zones_count && s->steps_count > 0 && rc == 0; j++) {
            char *name = lab_scenario_name(s, s->zones[j].name);

            if (s->zones[j].served)
                rc = await_zone(w, LAB_D_LEAF, LAB_LEAF_SERVER4, name, fault);
            free(name);
        }
    }
    return rc;
}

/* New files for the name servers, which read those that have changed. */
static int renew_zones(struct lab_world *w, struct lab_fault *fault)
{
    static const int servers[] = {LAB_D_ROOT, LAB_D_TLD, LAB_D_LEAF};

    if (lab_world_make_zones(w, w->now, true, fault) != 0)
        return -1;
    for (size_t i = 0; i < LAB_COUNT(servers); i++) {
        if (lab_daemon_check(&w->daemons[servers[i]], fault) != 0)
            return -1;
        (void)kill(w->daemons[servers[i]].pid, SIGHUP);
    }
    if (await_zone(w, LAB_D_ROOT, LAB_ROOT_SERVER4, ".", fault) != 0 ||
        await_zone(w, LAB_D_TLD, LAB_TLD_SERVER4, "example.", fault) != 0)
        return -1;
    return await_leaves(w, fault);
}

int lab_world_set_time(struct lab_world *w, unsigned now, struct lab_fault *fault)
{
    const bool again = now == 0;
    const bool renew = now != w->now;

    if (again)
        w->times_count = 0;
    if (w->times_count < LAB_COUNT(w->times))
        w->times[w->times_count++] = (struct lab_world_time){now, lab_now_ms()};
    w->now = now;
    w->round->now = now;
    if (again)
        lab_daemon_stop(&w->daemons[LAB_D_RESOLVER]);
    if (lab_world_set_clock(w, now, fault) != 0 || (renew && renew_zones(w, fault) != 0))
        return -1;
    if (!again)
        return 0;
    return lab_world_start_resolver(w, fault) != 0 ? -1 : lab_world_await_resolver(w, fault);
}

unsigned lab_world_times(const struct lab_world *w, const struct lab_world_time **out)
{
    *out = w->times;
    return w->times_count;
}
