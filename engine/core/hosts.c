/* hosts.c - MX records to an ordered list of hosts. */
#include "core/hosts.h"

#include <string.h>

/* splitmix64: enough to shuffle equals, and the same everywhere for the same seed. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void shuffle(struct dsmtp_host_name *list, unsigned count, uint64_t seed)
{
    for (unsigned i = count; i > 1; i--) {
        unsigned k = (unsigned)(next_random(&seed) % i);
        struct dsmtp_host_name held = list[i - 1];

        list[i - 1] = list[k];
        list[k] = held;
    }
}

static bool name_behind(const struct dsmtp_host_name *a, const struct dsmtp_host_name *b)
{
    return strcmp(a->name, b->name) > 0;
}

static bool preference_behind(const struct dsmtp_host_name *a, const struct dsmtp_host_name *b)
{
    return a->preference > b->preference;
}

/* Stable. */
static void sort(struct dsmtp_host_name *list, unsigned count,
                 bool (*behind)(const struct dsmtp_host_name *a, const struct dsmtp_host_name *b))
{
    for (unsigned i = 1; i < count; i++) {
        struct dsmtp_host_name held = list[i];
        unsigned k = i;

        for (; k > 0 && behind(&list[k - 1], &held); k--)
            list[k] = list[k - 1];
        list[k] = held;
    }
}

static enum dsmtp_status add(struct dsmtp_arena *arena, struct dsmtp_host_names *hosts,
                             const char *name, uint16_t preference)
{
    for (unsigned i = 0; i < hosts->count; i++) {
        struct dsmtp_host_name *h = &hosts->list[i];

        if (strcmp(h->name, name) != 0)
            continue;
        h->preference = preference < h->preference ? preference : h->preference;
        return DSMTP_OK;
    }
    if (hosts->count == DSMTP_HOSTS_MAX) {
        hosts->kind = DSMTP_MX_FAILED;
        hosts->why = "more MX hosts than the engine's limit";
        return DSMTP_OK;
    }
    hosts->list[hosts->count].name = dsmtp_arena_strdup(arena, name);
    hosts->list[hosts->count].preference = preference;
    return hosts->list[hosts->count++].name != NULL ? DSMTP_OK : DSMTP_NOMEM;
}

/* Does the profile leave such a name out? */
static bool dropped(const struct dsmtp_profile *profile, const char *name)
{
    if (profile->value[DSMTP_SWITCH_MX_NUMERIC] == DSMTP_MX_NUMERIC_DROP &&
        dsmtp_name_is_address(name))
        return true;
    return profile->value[DSMTP_SWITCH_TLD_MX] == DSMTP_TLD_MX_DROP && strchr(name, '.') == NULL;
}

static enum dsmtp_status read_record(struct dsmtp_arena *arena, const struct dsmtp_rdata *rdata,
                                     const struct dsmtp_profile *profile,
                                     struct dsmtp_host_names *hosts, unsigned *roots)
{
    char name[DSMTP_NAME_SIZE];
    size_t used;

    if (rdata->len < 3 ||
        dsmtp_name_from_wire(rdata->data + 2, rdata->len - 2, name, &used) != DSMTP_OK)
        return DSMTP_OK;
    if (name[0] == '\0') {
        ++*roots;
        return DSMTP_OK;
    }
    if (dropped(profile, name))
        return DSMTP_OK;
    return add(arena, hosts, name, (uint16_t)(rdata->data[0] << 8 | rdata->data[1]));
}

bool dsmtp_self_is(const struct dsmtp_self *self, const char *name)
{
    for (unsigned i = 0; i < self->count; i++)
        if (strcmp(self->list[i], name) == 0)
            return true;
    return false;
}

/* Sorted by now: the first own record is the best one. */
static void leave_out_self(struct dsmtp_host_names *hosts, const struct dsmtp_self *self)
{
    unsigned better = 0;

    for (unsigned i = 0; i < hosts->count && !hosts->self; i++) {
        if (!dsmtp_self_is(self, hosts->list[i].name))
            continue;
        while (better < i && hosts->list[better].preference < hosts->list[i].preference)
            better++;
        hosts->count = better;
        hosts->self = true;
        if (hosts->count == 0)
            hosts->kind = DSMTP_MX_SELF;
    }
}

static enum dsmtp_status read_records(struct dsmtp_arena *arena, const struct dsmtp_answer *answer,
                                      const struct dsmtp_hosts_config *config,
                                      struct dsmtp_host_names *hosts)
{
    unsigned mixed = config->profile->value[DSMTP_SWITCH_NULLMX_MIXED];
    unsigned roots = 0;

    hosts->list = dsmtp_arena_alloc(arena, DSMTP_HOSTS_MAX, sizeof(*hosts->list));
    if (hosts->list == NULL)
        return DSMTP_NOMEM;
    for (unsigned i = 0; i < answer->count && hosts->kind != DSMTP_MX_FAILED; i++)
        DSMTP_TRY(read_record(arena, &answer->records[i], config->profile, hosts, &roots));
    if (hosts->kind == DSMTP_MX_DATA && hosts->count == 0)
        hosts->kind = roots > 0 ? DSMTP_MX_NULL : DSMTP_MX_INVALID;
    if (hosts->kind == DSMTP_MX_DATA && roots > 0 && mixed == DSMTP_NULLMX_MIXED_NULL) {
        hosts->kind = DSMTP_MX_NULL;
        hosts->count = 0;
    }
    /* By name first: resolvers rotate records, and the same seed shall give the same order. */
    sort(hosts->list, hosts->count, name_behind);
    shuffle(hosts->list, hosts->count, config->seed);
    sort(hosts->list, hosts->count, preference_behind);
    if (hosts->kind == DSMTP_MX_DATA)
        leave_out_self(hosts, &config->self);
    return DSMTP_OK;
}

enum dsmtp_status dsmtp_hosts_read(struct dsmtp_arena *arena, const struct dsmtp_answer *answer,
                                   const struct dsmtp_hosts_config *config,
                                   struct dsmtp_host_names *out)
{
    struct dsmtp_host_names hosts = {0};

    switch (answer->presence) {
    case DSMTP_PRESENCE_DATA:
        hosts.kind = DSMTP_MX_DATA;
        DSMTP_TRY(read_records(arena, answer, config, &hosts));
        break;
    case DSMTP_PRESENCE_NODATA:
        hosts.kind = DSMTP_MX_NODATA;
        break;
    case DSMTP_PRESENCE_NXDOMAIN:
        hosts.kind = config->profile->value[DSMTP_SWITCH_MX_NXDOMAIN] == DSMTP_MX_NXDOMAIN_AS_NODATA
                         ? DSMTP_MX_NODATA
                         : DSMTP_MX_NXDOMAIN;
        break;
    case DSMTP_PRESENCE_FAILED:
    case DSMTP_PRESENCE_COUNT:
        hosts.kind = DSMTP_MX_FAILED;
        break;
    }
    *out = hosts;
    return DSMTP_OK;
}
