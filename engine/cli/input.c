/* input.c - files of input.h. */
#include "cli/input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli/say.h"

#define FIRST_ROOM ((size_t)16 * 1024)

/* Read to the end; one octet more than the limit is asked for, to notice that there is more. */
static int read_all(FILE *from, const char *name, size_t limit, char **text, size_t *len)
{
    size_t room = 0;

    for (;;) {
        char *bigger;

        if (*len + 1 >= room) {
            room = room == 0 ? FIRST_ROOM : 2 * room;
            bigger = realloc(*text, room);
            if (bigger == NULL) {
                dsmtp_say("%s: out of memory", name);
                return EX_SOFTWARE;
            }
            *text = bigger;
        }
        *len += fread(*text + *len, 1, room - *len - 1, from);
        (*text)[*len] = '\0';
        if (ferror(from)) {
            dsmtp_say("%s: %s", name, strerror(errno));
            return EX_DATAERR;
        }
        if (*len > limit) {
            dsmtp_say("%s: larger than the limit of %zu octets", name, limit);
            return EX_DATAERR;
        }
        if (feof(from))
            return 0;
    }
}

int dsmtp_input_read(const char *file, size_t limit, char **text, size_t *len)
{
    FILE *from = strcmp(file, "-") == 0 ? stdin : fopen(file, "r");
    const char *name = from == stdin ? "standard input" : file;
    int status;

    *text = NULL;
    *len = 0;
    if (from == NULL) {
        dsmtp_say("%s: %s", file, strerror(errno));
        return EX_DATAERR;
    }
    status = read_all(from, name, limit, text, len);
    if (from != stdin)
        (void)fclose(from);
    if (status != 0) {
        free(*text);
        *text = NULL;
    }
    return status;
}
