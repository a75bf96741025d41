/* input.h - whole files in memory. */
#ifndef DSMTP_CLI_INPUT_H
#define DSMTP_CLI_INPUT_H

#include <stddef.h>

/* Read a file ("-": standard input) of at most limit octets into *text, NUL-terminated, to be freed
 * by the caller. Returns 0, or an exit status after a message was printed. */
int dsmtp_input_read(const char *file, size_t limit, char **text, size_t *len);

#endif
