/* skip.h - the targets that an earlier run of batch has done. */
#ifndef DSMTP_CLI_SKIP_H
#define DSMTP_CLI_SKIP_H

#include "cli/nameset.h"

/* Read an earlier output: a line counts if it is a result (has a verdict) of this command under
 * this profile. Others are passed over and counted in a message: errors and interruptions, which
 * are to be tried again; a last line that was cut; anything else. *cut: the file does not end with
 * a line end. Returns 0, or an exit status after a message was printed. */
int dsmtp_skip_read(const char *file, const char *command, const char *profile,
                    struct dsmtp_nameset *done, bool *cut);

#endif
