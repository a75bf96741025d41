/* lines.h - a stream of octets to targets, one a line, in memory that does not grow.
 *
 * White space around a target, empty lines, and '#' with what follows it at the beginning of a line
 * or behind white space are passed over; so are a byte order mark at the very beginning and the CR
 * of a CRLF. The last line needs no line end. */
#ifndef DSMTP_CLI_LINES_H
#define DSMTP_CLI_LINES_H

#include <stdbool.h>
#include <stddef.h>

/* The longest line that can hold a target, its comment included. */
#define DSMTP_LINE_MAX 1000u
#define DSMTP_LINES_ROOM 16384u

enum dsmtp_line_kind {
    DSMTP_LINE_MORE,   /* no whole line is there: fill, then ask again */
    DSMTP_LINE_TARGET, /* text: what stands on the line */
    DSMTP_LINE_BAD,    /* too long, or with a NUL octet; text: its beginning, why: what is wrong */
    DSMTP_LINE_END     /* the input is over */
};

struct dsmtp_line {
    const char
        *text; /* valid until the next call; line end, comment and space around it are gone */
    unsigned long number; /* from 1 */
    const char *why;
};

/* All zero is an empty one. */
struct dsmtp_lines {
    char buffer[DSMTP_LINES_ROOM + 1];
    size_t start, end; /* what has not been looked at */
    unsigned long number;
    bool over;    /* the input has ended */
    bool passing; /* the rest of a line that was too long */
};

/* Where to put the next octets, and how many fit: more than none after DSMTP_LINE_MORE. */
char *dsmtp_lines_room(struct dsmtp_lines *lines, size_t *room);

/* So many have been put there; 0: the input has ended. */
void dsmtp_lines_filled(struct dsmtp_lines *lines, size_t count);

enum dsmtp_line_kind dsmtp_lines_next(struct dsmtp_lines *lines, struct dsmtp_line *out);

#endif
