/* say.c - messages of say.h. */
#include "cli/say.h"

#include <stdarg.h>
#include <stdio.h>
#include <sysexits.h>

#include "report/clean.h"

#define LINE_MAX_OCTETS 1024

static void say(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

static void say(const char *format, va_list args)
{
    char line[LINE_MAX_OCTETS];

    (void)vsnprintf(line, sizeof(line), format, args);
    (void)fputs("danesmtp: ", stderr);
    dsmtp_clean_put(stderr, line);
}

void dsmtp_say(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(format, args);
    va_end(args);
    (void)fputc('\n', stderr);
}

int dsmtp_say_usage(const char *command, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(format, args);
    va_end(args);
    (void)fprintf(stderr, " (see danesmtp %s%s--help)\n", command != NULL ? command : "",
                  command != NULL ? " " : "");
    return EX_USAGE;
}
