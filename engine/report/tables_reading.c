/* tables_reading.c - where two profiles read DNS otherwise, before any table is looked at: MX
 * answers, pairs of address answers, names, TLSA records. A switch whose effect is in no decision
 * table shows here. */
#include <stdio.h>
#include <string.h>

#include "core/family.h"
#include "core/hosts.h"
#include "core/names.h"
#include "core/usable.h"
#include "report/tables_internal.h"

#define WORDS_MAX 120u

/* clang-format off */
/* MX answers that profiles may read differently. */
static const struct { const char *says; enum dsmtp_presence presence; const char *rdata[2]; } answers[] = {
    {"no domain",                       DSMTP_PRESENCE_NXDOMAIN, {NULL, NULL}},
    {"null MX alone",                   DSMTP_PRESENCE_DATA,     {"", NULL}},
    {"null MX and mx.d.example",        DSMTP_PRESENCE_DATA,     {"", "\2mx\1d\7example"}},
    {"192.0.2.1 and mx.d.example",      DSMTP_PRESENCE_DATA,     {"\003192\0010\0012\0011", "\2mx\1d\7example"}},
    {"192.0.2.1 alone",                 DSMTP_PRESENCE_DATA,     {"\003192\0010\0012\0011", NULL}},
    {"example and mx.d.example",        DSMTP_PRESENCE_DATA,     {"\7example", "\2mx\1d\7example"}},
};
/* clang-format on */

static bool address_is_literal(const struct dsmtp_profile *p, const char *name)
{
    return dsmtp_name_is_address(name) &&
           p->value[DSMTP_SWITCH_MX_NUMERIC] == DSMTP_MX_NUMERIC_ADDRESS;
}

/* "records: 192.0.2.1 (address), mx.d.example" */
static const char *mx_reading(const struct dsmtp_profile *p, unsigned which,
                              struct dsmtp_arena *arena, char out[WORDS_MAX])
{
    const struct dsmtp_hosts_config config = {.profile = p};
    struct dsmtp_host_names hosts = {.kind = DSMTP_MX_FAILED};
    struct dsmtp_answer answer = {.presence = answers[which].presence};
    uint8_t octets[2][40] = {{0}};
    struct dsmtp_rdata records[2];
    size_t used;

    for (unsigned i = 0; i < 2 && answers[which].rdata[i] != NULL; i++) {
        size_t len = strlen(answers[which].rdata[i]);

        octets[i][1] = (uint8_t)(i + 1);
        memcpy(octets[i] + 2, answers[which].rdata[i], len);
        records[answer.count++] = (struct dsmtp_rdata){octets[i], len + 3};
    }
    answer.records = records;
    if (dsmtp_hosts_read(arena, &answer, &config, &hosts) != DSMTP_OK)
        return NULL;
    used = (size_t)snprintf(out, WORDS_MAX, "%s", dsmtp_mx_name(hosts.kind));
    for (unsigned i = 0; i < hosts.count && used < WORDS_MAX; i++)
        used += (size_t)snprintf(out + used, WORDS_MAX - used, "%s%s%s", i == 0 ? ": " : ", ",
                                 hosts.list[i].name,
                                 address_is_literal(p, hosts.list[i].name) ? " (address)" : "");
    return out;
}

static enum dsmtp_status diff_answers(FILE *to, struct dsmtp_arena *arena,
                                      const struct dsmtp_profile *a, const struct dsmtp_profile *b,
                                      enum dsmtp_grid_form form)
{
    const char *const heads[] = {"MX answer", a->name, b->name, NULL};
    struct dsmtp_grid grid;

    dsmtp_grid_init(&grid, arena, "answers", "MX answer: where it is read differently", heads);
    for (unsigned i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        char was[WORDS_MAX], is[WORDS_MAX];

        if (mx_reading(a, i, arena, was) == NULL || mx_reading(b, i, arena, is) == NULL)
            return DSMTP_NOMEM;
        if (strcmp(was, is) != 0)
            dsmtp_grid_row(&grid, (const char *[]){answers[i].says, was, is});
    }
    return dsmtp_grid_print(to, &grid, form);
}

static enum dsmtp_status diff_families(FILE *to, struct dsmtp_arena *arena,
                                       const struct dsmtp_profile *a, const struct dsmtp_profile *b,
                                       enum dsmtp_grid_form form)
{
    const char *const heads[] = {"A or AAAA", "the other", a->name, b->name, NULL};
    struct dsmtp_grid grid;

    dsmtp_grid_init(&grid, arena, "families", "Addresses: where another answer speaks for the host",
                    heads);
    for (unsigned i = 0; i < DSMTP_FAMILY_COUNT; i++)
        for (unsigned k = i + 1; k < DSMTP_FAMILY_COUNT; k++) {
            const enum dsmtp_family pair[] = {(enum dsmtp_family)i, (enum dsmtp_family)k};
            unsigned was = dsmtp_family_leads(a, pair[0], pair[1]);
            unsigned is = dsmtp_family_leads(b, pair[0], pair[1]);

            if (was != is)
                dsmtp_grid_row(&grid, (const char *[]){dsmtp_family_name(pair[0]),
                                                       dsmtp_family_name(pair[1]),
                                                       dsmtp_family_name(pair[was]),
                                                       dsmtp_family_name(pair[is])});
        }
    return dsmtp_grid_print(to, &grid, form);
}

static const char *names_reading(const struct dsmtp_profile *p, enum dsmtp_trust trust,
                                 char out[WORDS_MAX])
{
    const struct dsmtp_names_input in = {trust, "TLSA base", "MX host", "next hop",
                                         "expanded next hop"};
    const char *names[DSMTP_NAMES_MAX];
    unsigned count = dsmtp_names_list(p, &in, names);
    size_t used = 0;

    for (unsigned i = 0; i < count && used < WORDS_MAX; i++)
        used +=
            (size_t)snprintf(out + used, WORDS_MAX - used, "%s%s", i == 0 ? "" : ", ", names[i]);
    return out;
}

static enum dsmtp_status diff_names(FILE *to, struct dsmtp_arena *arena,
                                    const struct dsmtp_profile *a, const struct dsmtp_profile *b,
                                    enum dsmtp_grid_form form)
{
    const char *const heads[] = {"name is", a->name, b->name, NULL};
    struct dsmtp_grid grid;

    dsmtp_grid_init(&grid, arena, "names", "Certificate: where other names are accepted (usage 2)",
                    heads);
    for (unsigned trust = 0; trust < DSMTP_TRUST_COUNT; trust++) {
        char was[WORDS_MAX], is[WORDS_MAX];

        (void)names_reading(a, (enum dsmtp_trust)trust, was);
        (void)names_reading(b, (enum dsmtp_trust)trust, is);
        if (strcmp(was, is) != 0)
            dsmtp_grid_row(&grid,
                           (const char *[]){dsmtp_trust_name((enum dsmtp_trust)trust), was, is});
    }
    return dsmtp_grid_print(to, &grid, form);
}

/* The least that has the shape of a public key. */
static const uint8_t key[] = {0x30, 5, 0x30, 0, 3, 1, 0};
static const uint8_t digest[64] = {0};

static struct dsmtp_tlsa record(unsigned usage, unsigned matching)
{
    return (struct dsmtp_tlsa){.usage = (uint8_t)usage,
                               .selector = 1,
                               .matching = (uint8_t)matching,
                               .data = matching == 0 ? key : digest,
                               .len = matching == 0 ? sizeof(key) : 32u * matching};
}

static const char *record_words(const struct dsmtp_tlsa *r, char out[WORDS_MAX])
{
    if (r->why != DSMTP_UNUSABLE_NO)
        (void)snprintf(out, WORDS_MAX, "%s", dsmtp_unusable_text(r->why));
    else
        (void)snprintf(out, WORDS_MAX, "usable as usage %u", r->effective_usage);
    return out;
}

/* One record, alone or beside the other digest of the same usage. */
static void compare_record(struct dsmtp_grid *grid, const struct dsmtp_profile *a,
                           const struct dsmtp_profile *b, unsigned usage, unsigned matching,
                           bool beside)
{
    struct dsmtp_tlsa by_a[] = {record(usage, matching), record(usage, 3 - matching)};
    struct dsmtp_tlsa by_b[] = {by_a[0], by_a[1]};
    char was[WORDS_MAX], is[WORDS_MAX], label[WORDS_MAX];

    (void)dsmtp_usable_mark(a, by_a, beside ? 2 : 1);
    (void)dsmtp_usable_mark(b, by_b, beside ? 2 : 1);
    if (strcmp(record_words(&by_a[0], was), record_words(&by_b[0], is)) == 0)
        return;
    (void)snprintf(label, sizeof(label), "%u 1 %u", usage, matching);
    if (beside)
        (void)snprintf(label, sizeof(label), "%u 1 %u beside %u 1 %u", usage, matching, usage,
                       3 - matching);
    dsmtp_grid_row(grid, (const char *[]){label, was, is});
}

static enum dsmtp_status diff_records(FILE *to, struct dsmtp_arena *arena,
                                      const struct dsmtp_profile *a, const struct dsmtp_profile *b,
                                      enum dsmtp_grid_form form)
{
    const char *const heads[] = {"record", a->name, b->name, NULL};
    struct dsmtp_grid grid;

    dsmtp_grid_init(&grid, arena, "records", "TLSA record: where another is usable", heads);
    for (unsigned usage = 0; usage < 4; usage++) {
        for (unsigned matching = 0; matching < 3; matching++)
            compare_record(&grid, a, b, usage, matching, false);
        for (unsigned matching = 1; matching < 3; matching++)
            compare_record(&grid, a, b, usage, matching, true);
    }
    return dsmtp_grid_print(to, &grid, form);
}

enum dsmtp_status dsmtp_tables_readings(FILE *to, struct dsmtp_arena *arena,
                                        const struct dsmtp_profile *a,
                                        const struct dsmtp_profile *b, enum dsmtp_grid_form form)
{
    DSMTP_TRY(diff_answers(to, arena, a, b, form));
    DSMTP_TRY(diff_families(to, arena, a, b, form));
    DSMTP_TRY(diff_names(to, arena, a, b, form));
    return diff_records(to, arena, a, b, form);
}
