/* unbound_files.h - files that are handed to libunbound, looked at before: it takes what it cannot
 * use without a word, ends the process over a directory, and fills standard error over what is no
 * text. */
#ifndef DSMTP_ADAPT_UNBOUND_FILES_H
#define DSMTP_ADAPT_UNBOUND_FILES_H

#include "base/status.h"

/* Settings as in unbound.conf(5): can be read, and is text. What is in a pipe is left there. Syntax
 * with fault, as below. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_unbound_check_conf(const char *file,
                                                          struct dsmtp_fault *fault);
/* Root hints: the same, and it holds the address of a server. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_unbound_check_hints(const char *file,
                                                           struct dsmtp_fault *fault);
/* Trust anchors: the same, and it holds a DS or DNSKEY record of an algorithm that libunbound can
 * check; without one nothing would be secure. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_unbound_check_anchors(const char *file,
                                                             struct dsmtp_fault *fault);

#endif
