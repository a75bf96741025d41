/* file.c - files of file.h. */
#include "adapt/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM ((size_t)16 * 1024)

/* Read to the end; one octet more than the limit is asked for, to notice that there is more. */
static enum dsmtp_status read_all(FILE *from, const char *name, size_t limit, char **text,
                                  size_t *len, struct dsmtp_fault *fault)
{
    size_t room = 0;

    for (;;) {
        char *bigger;

        if (*len + 1 >= room) {
            room = room == 0 ? FIRST_ROOM : 2 * room;
            bigger = realloc(*text, room);
            if (bigger == NULL)
                return dsmtp_fault_set(fault, DSMTP_NOMEM, "%.300s: out of memory", name);
            *text = bigger;
        }
        *len += fread(*text + *len, 1, room - *len - 1, from);
        (*text)[*len] = '\0';
        if (ferror(from))
            return dsmtp_fault_set(fault, DSMTP_SYSTEM, "%.300s: %s", name, strerror(errno));
        if (*len > limit)
            return dsmtp_fault_set(fault, DSMTP_TOOBIG,
                                   "%.300s: larger than the limit of %zu octets", name, limit);
        if (feof(from))
            return DSMTP_OK;
    }
}

enum dsmtp_status dsmtp_file_read_stream(FILE *from, const char *name, size_t limit, char **text,
                                         size_t *len, struct dsmtp_fault *fault)
{
    enum dsmtp_status status;

    *text = NULL;
    *len = 0;
    status = read_all(from, name, limit, text, len, fault);
    if (status != DSMTP_OK) {
        free(*text);
        *text = NULL;
    }
    return status;
}

enum dsmtp_status dsmtp_file_read(const char *file, size_t limit, char **text, size_t *len,
                                  struct dsmtp_fault *fault)
{
    FILE *from = fopen(file, "re");
    enum dsmtp_status status;

    *text = NULL;
    if (from == NULL)
        return dsmtp_fault_set(fault, DSMTP_SYSTEM, "%.300s: %s", file, strerror(errno));
    status = dsmtp_file_read_stream(from, file, limit, text, len, fault);
    (void)fclose(from);
    return status;
}
