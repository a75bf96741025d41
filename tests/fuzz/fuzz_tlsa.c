/* fuzz_tlsa.c - TLSA records from text and from rdata, and their usability. */
#include <stdlib.h>
#include <string.h>

#include "core/usable.h"
#include "fuzz/fuzz.h"

static void use(struct dsmtp_tlsa record)
{
    struct dsmtp_profile mapped = *dsmtp_profile_at(0);

    mapped.value[DSMTP_SWITCH_USAGE0] = DSMTP_USAGE_MAP;
    mapped.value[DSMTP_SWITCH_USAGE1] = DSMTP_USAGE_MAP;
    if (dsmtp_usable_mark(dsmtp_profile_at(0), &record, 1) > dsmtp_usable_mark(&mapped, &record, 1))
        abort();
    if (record.why == DSMTP_UNUSABLE_NO &&
        (record.effective_usage < 2 || record.effective_usage > 3 || record.selector > 1 ||
         record.len == 0))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    uint8_t octets[64];
    struct dsmtp_tlsa record;

    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    if (dsmtp_tlsa_from_text(text, octets, sizeof(octets), &record) == DSMTP_OK) {
        if (record.len == 0 || record.len > sizeof(octets))
            abort();
        use(record);
    }
    free(text);
    use(dsmtp_tlsa_split(data, size));
    return 0;
}
