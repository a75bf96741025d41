/* input.c - files of input.h. */
#include "cli/input.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "adapt/file.h"
#include "cli/say.h"

int dsmtp_input_read(const char *file, size_t limit, char **text, size_t *len)
{
    struct dsmtp_fault fault = {.what = ""};
    enum dsmtp_status status =
        strcmp(file, "-") == 0
            ? dsmtp_file_read_stream(stdin, "standard input", limit, text, len, &fault)
            : dsmtp_file_read(file, limit, text, len, &fault);

    if (status == DSMTP_OK)
        return 0;
    dsmtp_say("%s", fault.what);
    return status == DSMTP_NOMEM ? EX_SOFTWARE : EX_DATAERR;
}
