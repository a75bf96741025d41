/* expect_file.h - what is known of a sender, for the commands that judge it. */
#ifndef LAB_CLI_EXPECT_FILE_H
#define LAB_CLI_EXPECT_FILE_H

#include "cli/common.h"
#include "run/known.h"
#include "run/run.h"

/* The rows of the file given, or (NULL) of the adapter's own, if it has one; that is about the
 * sender as it comes, not about variants. -1: out is to be released with lab_knowns_free;
 * otherwise a line was printed, and it is the exit status. */
int lab_knowns_for(const struct lab_suite *suite, const char *given,
                   const struct lab_run_config *config, struct lab_knowns *out);

#endif
