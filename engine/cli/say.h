/* say.h - lines on standard error. */
#ifndef DSMTP_CLI_SAY_H
#define DSMTP_CLI_SAY_H

/* "danesmtp: ...", one line; control characters in it are escaped. */
void dsmtp_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same with a hint at --help of this command (NULL: of the program) at its end; returns
 * EX_USAGE. */
int dsmtp_say_usage(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
