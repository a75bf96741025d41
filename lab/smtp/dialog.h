/* dialog.h - the SMTP conversation of one session, without sockets: bytes in, bytes out, evidence
 * to the log. Private to lab/smtp. */
#ifndef LAB_SMTP_DIALOG_H
#define LAB_SMTP_DIALOG_H

#include "smtp/log.h"
#include "smtp/smtp.h"

#define LAB_COMMAND_MAX 2048 /* octets of a command line with its end */

/* QUIT: the client has ended it; HANG_UP: the server does; STALL: it says nothing any more. */
enum lab_next { LAB_GO_ON, LAB_START_TLS, LAB_QUIT, LAB_HANG_UP, LAB_STALL };

/* How far the end of the message, CRLF "." CRLF, has been seen. */
enum lab_dot { LAB_AT_START, LAB_IN_TEXT, LAB_AFTER_CR, LAB_AFTER_DOT, LAB_AFTER_DOT_CR };

struct lab_dialog {
    const struct lab_smtp_host *host;
    const struct lab_behaviour *behaviour; /* the host's, or what it does later */
    struct lab_smtp_log *log;
    unsigned conn;
    bool tls;           /* the conversation is inside TLS */
    bool refused;       /* the banner was a refusal: only QUIT is left */
    bool greeted;       /* EHLO or HELO was accepted */
    const char *offers; /* EHLO keywords in force; NULL: none */
    char *from;         /* of the transaction under way; NULL: none */
    char **to;
    unsigned to_count;
    bool in_data;
    enum lab_dot dot;
    uint64_t bytes; /* of the message so far, dots unstuffed */
    char line[48];  /* of the line under way, as much as is needed to know LAB_DOT_LINE */
    size_t line_len;
    bool dots; /* that line was there */
};

/* Each of these appends to out what is to be sent, after it has written the evidence, and says what
 * comes next. */
enum lab_next lab_dialog_banner(struct lab_dialog *d, struct lab_text *out);
/* One command without its line end. too_long: it is only the beginning of an overlong one. */
enum lab_next lab_dialog_command(struct lab_dialog *d, const char *line, size_t len, bool too_long,
                                 struct lab_text *out);
/* Message bytes; used: how many of them belonged to the message. */
enum lab_next lab_dialog_data(struct lab_dialog *d, const uint8_t *bytes, size_t len, size_t *used,
                              struct lab_text *out);

/* May commands be sent without waiting for replies? */
bool lab_dialog_pipelines(const struct lab_dialog *d);
/* Evidence and reply where they were all the same. */
enum lab_next lab_dialog_hasty(struct lab_dialog *d, const char *line, size_t len,
                               struct lab_text *out);

/* TLS is up: everything said before is forgotten (RFC 3207, section 4.2). */
void lab_dialog_secured(struct lab_dialog *d);
void lab_dialog_fini(struct lab_dialog *d);

#endif
