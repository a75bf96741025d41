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

static int read_records(const struct dsmtp_options *o, struct dsmtp_arena *arena,
                        struct dsmtp_tls_demand *out)
{
    struct dsmtp_tlsa *records = dsmtp_arena_alloc(arena, o->tlsa.count, sizeof(*records));
    int status = records == NULL ? out_of_memory() : 0;

    for (unsigned i = 0; status == 0 && i < o->tlsa.count; i++)
        status = read_record(arena, o->tlsa.items[i], &records[i]);
    if (status == 0)
        (void)dsmtp_usable_mark(&o->profile, records, o->tlsa.count);
    out->records = records;
    out->record_count = o->tlsa.count;
    return status;
}

static int read_fingerprints(const struct dsmtp_options *o, struct dsmtp_arena *arena,
                             struct dsmtp_tls_demand *out)
{
    struct dsmtp_fingerprint *list = dsmtp_arena_alloc(arena, o->fingerprints.count, sizeof(*list));

    if (list == NULL)
        return out_of_memory();
    for (unsigned i = 0; i < o->fingerprints.count; i++) {
        const char *text = o->fingerprints.items[i];

        if (!dsmtp_fingerprint_parse(text, strlen(text), &list[i]))
            return dsmtp_say_usage("verify",
                                   "option --fingerprint: bad value \"%.200s\"; expected 40, 64 or "
                                   "128 hex digits (SHA-1, SHA2-256, SHA2-512)",
                                   text);
    }
    out->fingerprints = list;
    out->fingerprint_count = o->fingerprints.count;
    return 0;
}

/* below: a leading dot is allowed, and stands for every name below. */
static int read_name(struct dsmtp_arena *arena, const char *text, bool below, const char **out)
{
    char name[DSMTP_NAME_SIZE + 1] = ".";
    unsigned dot = below && text[0] == '.' ? 1 : 0;

    if (dsmtp_name_parse(text + dot, name + 1) != DSMTP_OK)
        return dsmtp_say_usage(
            "verify", "option --name: bad name \"%.200s\"; expected a domain of A-labels", text);
    *out = dsmtp_arena_strdup(arena, name + 1 - dot);
    return *out != NULL ? 0 : out_of_memory();
}

static int read_names(const struct dsmtp_options *o, struct dsmtp_arena *arena,
                      struct dsmtp_tls_demand *out)
{
    bool below = out->authenticate == DSMTP_AGAINST_AUTHORITIES;
    const char **names = dsmtp_arena_alloc(arena, o->names.count, sizeof(*names));
    int status = names == NULL ? out_of_memory() : 0;

    for (unsigned i = 0; status == 0 && i < o->names.count; i++)
        status = read_name(arena, o->names.items[i], below, &names[i]);
    out->names = names;
    out->name_count = o->names.count;
    return status;
}

/* Usage 2 looks at names (RFC 7672, section 3.1.2), and so does whoever trusts authorities. */
static bool lacks_name(const struct dsmtp_tls_demand *demand)
{
    bool checks = demand->authenticate == DSMTP_AGAINST_AUTHORITIES ||
                  dsmtp_tlsa_any_anchor(demand->records, demand->record_count);

    return checks && demand->name_count == 0;
}

/* Which of the three kinds of proof do the options speak of? */
static int choose(const struct dsmtp_options *o, enum dsmtp_against *out)
{
    bool authorities = o->ca_file != NULL || o->ca_path != NULL;
    unsigned kinds = (o->tlsa.count > 0 ? 1u : 0) + (o->fingerprints.count > 0 ? 1u : 0) +
                     (authorities ? 1u : 0);

    *out = o->tlsa.count > 0           ? DSMTP_AGAINST_TLSA
           : o->fingerprints.count > 0 ? DSMTP_AGAINST_FINGERPRINTS
                                       : DSMTP_AGAINST_AUTHORITIES;
    return kinds == 1 ? 0
                      : dsmtp_say_usage("verify",
                                        "expected either --tlsa '3 1 1 HEX', or --fingerprint HEX, "
                                        "or --ca-file FILE or --ca-path DIRECTORY");
}

int dsmtp_demand_read(const struct dsmtp_options *o, struct dsmtp_arena *arena,
                      struct dsmtp_tls_demand *out)
{
    const uint16_t *rules = o->profile.value;
    int status;

    *out = (struct dsmtp_tls_demand){
        .multi_label_wildcards = rules[DSMTP_SWITCH_WILDCARD] == DSMTP_WILDCARD_MULTI_LABEL,
        .no_common_name = rules[DSMTP_SWITCH_CN_FALLBACK] == DSMTP_OFF,
    };
    status = choose(o, &out->authenticate);
    if (status == 0)
        status = read_records(o, arena, out);
    if (status == 0)
        status = read_fingerprints(o, arena, out);
    if (status == 0)
        status = read_names(o, arena, out);
    if (status == 0 && lacks_name(out))
        status = dsmtp_say_usage("verify", "usage 2 and authorities check names; expected at least "
                                           "one --name NAME");
    return status;
}
