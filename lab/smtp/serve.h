/* serve.h - the server without its end, for tests. Private to lab/smtp. */
#ifndef LAB_SMTP_SERVE_H
#define LAB_SMTP_SERVE_H

#include "smtp/smtp.h"

/* As lab_smtp_serve, but returns 0 when a signal ends it. */
LAB_MUST_USE int lab_smtp_run(const struct lab_smtp_host *hosts, size_t count,
                              const lab_smtp_round *round, const char *log_path,
                              const char *key_log, int ready_fd, struct lab_fault *fault);

#endif
