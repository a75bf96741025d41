/* sized.c - copies of sized.h. */
#include "api/sized.h"

#include <stdbool.h>
#include <string.h>

/* Far beyond any struct of the header: what is larger was never set. */
#define SIZE_LIMIT 65536u

static size_t size_of(const void *given)
{
    size_t size;

    memcpy(&size, given, sizeof(size));
    return size;
}

static bool all_zero(const unsigned char *octets, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (octets[i] != 0)
            return false;
    return true;
}

/* So far there is one version of each: a smaller struct is none. */
enum dsmtp_status dsmtp_sized_take(void *out, size_t known, const void *given, const char *name,
                                   struct dsmtp_fault *fault)
{
    size_t size = size_of(given);

    if (size < known || size > SIZE_LIMIT)
        return dsmtp_fault_set(fault, DSMTP_MISUSE, "size of struct %s is %zu; expected %zu", name,
                               size, known);
    if (!all_zero((const unsigned char *)given + known, size - known))
        return dsmtp_fault_set(fault, DSMTP_MISUSE,
                               "struct %s asks for something that version " DSMTP_VERSION
                               " of the library does not know",
                               name);
    memcpy(out, given, known);
    return DSMTP_OK;
}

enum dsmtp_status dsmtp_sized_give(void *out, const void *filled, size_t known)
{
    size_t size = size_of(out);

    if (size < known || size > SIZE_LIMIT)
        return DSMTP_MISUSE;
    memset(out, 0, size);
    memcpy(out, filled, known);
    memcpy(out, &size, sizeof(size));
    return DSMTP_OK;
}

struct dsmtp_fault *dsmtp_fault_or(struct dsmtp_fault *fault, struct dsmtp_fault *own)
{
    struct dsmtp_fault *out = fault != NULL ? fault : own;

    *out = (struct dsmtp_fault){.status = DSMTP_OK};
    return out;
}
