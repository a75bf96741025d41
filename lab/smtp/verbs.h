/* verbs.h - what each SMTP command does. Private to lab/smtp. */
#ifndef LAB_SMTP_VERBS_H
#define LAB_SMTP_VERBS_H

#include "smtp/dialog.h"

#define LAB_MESSAGE_MAX 10485760 /* octets, as EHLO announces */
#define LAB_MESSAGE_MAX_TEXT "10485760"

/* What a command leads to. */
struct lab_answer {
    const char *reply;
    enum lab_next next;
    const char *event; /* logged after the command itself; NULL: none */
    json_t *fields;
    char *owned; /* reply, if it must be freed */
};

/* Carry out a command line: fills a->reply and whatever else the command leads to. */
void lab_verb_run(struct lab_dialog *d, const char *line, struct lab_answer *a);

/* Shared by verbs and dialog: end the transaction; the behaviour's own reply to a step of it, or
 * NULL; 250 of "250 ...". */
void lab_dialog_forget(struct lab_dialog *d);
const char *lab_dialog_own(const struct lab_dialog *d, const char *reply);
int lab_reply_code(const char *reply);

#endif
