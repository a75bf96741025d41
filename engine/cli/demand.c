/* demand.c - demands of demand.h. */
#include "cli/demand.h"

#include <string.h>
#include <sysexits.h>

#include "cli/say.h"
#include "core/usable.h"
#include "model/name.h"

static int out_of_memory(void)
{
    dsmtp_say("out of memory");
    return EX_SOFTWARE;
}

static int read_record(struct dsmtp_arena *arena, const char *text, struct dsmtp_tlsa *out)
{
    size_t room = strlen(text);
    uint8_t *data = dsmtp_arena_alloc(arena, room, 1);

    if (data == NULL)
        return out_of_memory();
    if (dsmtp_tlsa_from_text(text, data, room, out) == DSMTP_OK)
        return 0;
    return dsmtp_say_usage("verify", "option --tlsa: bad record \"%.200s\"; expected '3 1 1 HEX'",
                           text);
}

static int read_name(struct dsmtp_arena *arena, const char *text, const char **out)
{
    char name[DSMTP_NAME_SIZE];

    if (dsmtp_name_parse(text, name) != DSMTP_OK)
        return dsmtp_say_usage(
            "verify", "option --name: bad name \"%.200s\"; expected a domain of A-labels", text);
    *out = dsmtp_arena_strdup(arena, name);
    return *out != NULL ? 0 : out_of_memory();
}

/* Only usage 2 looks at names (RFC 7672, section 3.1.1). */
static bool lacks_name(const struct dsmtp_tls_demand *demand)
{
    for (unsigned i = 0; i < demand->record_count; i++)
        if (demand->records[i].why == DSMTP_UNUSABLE_NO && demand->records[i].effective_usage == 2)
            return demand->name_count == 0;
    return false;
}

int dsmtp_demand_read(const struct dsmtp_options *o, struct dsmtp_arena *arena,
                      struct dsmtp_tls_demand *out)
{
    struct dsmtp_tlsa *records = dsmtp_arena_alloc(arena, o->tlsa.count, sizeof(*records));
    const char **names = dsmtp_arena_alloc(arena, o->names.count, sizeof(*names));
    int status = records == NULL || names == NULL ? out_of_memory() : 0;

    for (unsigned i = 0; status == 0 && i < o->tlsa.count; i++)
        status = read_record(arena, o->tlsa.items[i], &records[i]);
    for (unsigned i = 0; status == 0 && i < o->names.count; i++)
        status = read_name(arena, o->names.items[i], &names[i]);
    if (status != 0)
        return status;
    (void)dsmtp_usable_mark(&o->profile, records, o->tlsa.count);
    *out = (struct dsmtp_tls_demand){.authenticate = DSMTP_AGAINST_TLSA,
                                     .records = records,
                                     .record_count = o->tlsa.count,
                                     .names = names,
                                     .name_count = o->names.count};
    return lacks_name(out)
               ? dsmtp_say_usage("verify",
                                 "usage 2 checks names; expected at least one --name NAME")
               : 0;
}

bool dsmtp_demand_usable(const struct dsmtp_tls_demand *demand)
{
    for (unsigned i = 0; i < demand->record_count; i++)
        if (demand->records[i].why == DSMTP_UNUSABLE_NO)
            return true;
    return false;
}
