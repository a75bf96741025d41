/* inlet.h - standard input line by line, read only as far as lines are asked for. */
#ifndef DSMTP_CLI_INLET_H
#define DSMTP_CLI_INLET_H

#include "cli/lines.h"

struct event;
struct event_base;

struct dsmtp_inlet {
    int fd;
    int error; /* errno of the read that failed; the input ends there */
    struct event *readable;
    void (*ready)(void *arg); /* from the loop: after DSMTP_LINE_MORE, ask again */
    void *arg;
    struct dsmtp_lines lines;
};

/* The descriptor is neither changed nor closed; it may be a file, a pipe, a socket or a terminal.
 * false: out of memory; close in any case. */
bool dsmtp_inlet_open(struct dsmtp_inlet *inlet, struct event_base *base, int fd,
                      void (*ready)(void *arg), void *arg);
void dsmtp_inlet_close(struct dsmtp_inlet *inlet);

/* Never waits: DSMTP_LINE_MORE when there is nothing to read now. */
enum dsmtp_line_kind dsmtp_inlet_next(struct dsmtp_inlet *inlet, struct dsmtp_line *out);

#endif
