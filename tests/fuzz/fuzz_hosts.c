/* fuzz_hosts.c - MX answers: a host list is in order and without repetition. Input: records, each
 * behind an octet with its length. */
#include <stdlib.h>
#include <string.h>

#include "core/hosts.h"
#include "fuzz/fuzz.h"

enum { RECORDS_MAX = 400 };

static void look(const struct dsmtp_host_names *hosts)
{
    if ((hosts->kind == DSMTP_MX_DATA) != (hosts->count > 0 && hosts->kind != DSMTP_MX_FAILED) ||
        hosts->count > DSMTP_HOSTS_MAX)
        abort();
    for (unsigned i = 0; i < hosts->count; i++) {
        if (hosts->list[i].name[0] == '\0' ||
            (i > 0 && hosts->list[i - 1].preference > hosts->list[i].preference))
            abort();
        for (unsigned k = 0; k < i; k++)
            if (strcmp(hosts->list[i].name, hosts->list[k].name) == 0)
                abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dsmtp_rdata records[RECORDS_MAX];
    struct dsmtp_answer answer = {
        .security = DSMTP_SECURITY_SECURE, .presence = DSMTP_PRESENCE_DATA, .records = records};
    static const char *const own[] = {"a", "198.18.0.1"};
    const struct dsmtp_hosts_config config = {
        dsmtp_profile_at((unsigned)(size % 6)), {own, (unsigned)(size % 3)}, size};
    struct dsmtp_host_names hosts;
    struct dsmtp_arena arena;

    for (size_t at = 0; at < size && answer.count < RECORDS_MAX;) {
        size_t len = data[at++];

        len = len < size - at ? len : size - at;
        records[answer.count++] = (struct dsmtp_rdata){data + at, len};
        at += len;
    }
    dsmtp_arena_init(&arena, 1u << 20);
    if (dsmtp_hosts_read(&arena, &answer, &config, &hosts) == DSMTP_OK)
        look(&hosts);
    dsmtp_arena_fini(&arena);
    return 0;
}
