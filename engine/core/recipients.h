/* recipients.h - what becomes of each recipient of a message, from session to session.
 *
 * A verdict is provisional until a recipient is settled. What may heal outweighs what may not:
 * bounced is only who was refused for good, or could not be served, wherever somebody was asked. */
#ifndef DSMTP_CORE_RECIPIENTS_H
#define DSMTP_CORE_RECIPIENTS_H

#include <stdbool.h>

#include "core/judge.h"
#include "core/reply.h"
#include "model/outcome.h"

/* What was found out: who said it (NULL: nobody), in what words (NULL: none), with which enhanced
 * status code ("": none). Strings must live as long as the recipients. */
struct dsmtp_finding {
    enum dsmtp_reason reason;
    const char *host;
    const char *reply;
    const char *status;
};

/* A session begins: nobody has been asked in it. */
void dsmtp_recipients_session(struct dsmtp_recipient *list, unsigned count);

/* Choose those of the next transaction: whoever is not settled and was not asked, or was too many
 * before. utf8: the host takes addresses that are not ASCII (RFC 6531); the others are found
 * NO_SMTPUTF8. Returns how many are chosen. */
unsigned dsmtp_recipients_choose(struct dsmtp_recipient *list, unsigned count, bool utf8,
                                 const char *host);

/* The index of the first chosen one from index on that has not been answered; count: none. */
unsigned dsmtp_recipients_next(const struct dsmtp_recipient *list, unsigned count, unsigned index);

/* How many in this transaction are accepted, or wanted in another one? */
unsigned dsmtp_recipients_count(const struct dsmtp_recipient *list, unsigned count,
                                enum dsmtp_turn turn);

/* The reply to RCPT, of class 2, 4 or 5. 552 is for now (RFC 5321, section 4.5.3.1.10). */
void dsmtp_recipients_answer(struct dsmtp_recipient *r, unsigned code,
                             const struct dsmtp_finding *said);

/* The final dot was answered with 2xx: the accepted ones are delivered. */
void dsmtp_recipients_delivered(struct dsmtp_recipient *list, unsigned count,
                                const struct dsmtp_finding *said);

/* A session ended, and this follows: for those that were accepted if it ended with the message
 * itself, otherwise for all that had no answer of their own. */
void dsmtp_recipients_ended(struct dsmtp_recipient *list, unsigned count,
                            const struct dsmtp_attempt_end *end, const struct dsmtp_next_row *row,
                            const struct dsmtp_finding *said);

/* Found out about all that are not settled: provisionally deferred or bounced. */
void dsmtp_recipients_found(struct dsmtp_recipient *list, unsigned count,
                            enum dsmtp_verdict verdict, const struct dsmtp_finding *said);

/* Nobody else is tried although others exist: those who would bounce are deferred. */
void dsmtp_recipients_cut(struct dsmtp_recipient *list, unsigned count,
                          const struct dsmtp_finding *said);

bool dsmtp_recipients_settled(const struct dsmtp_recipient *list, unsigned count);

/* deferred before bounced before delivered: what a retry can still mend comes first. */
enum dsmtp_verdict dsmtp_recipients_verdict(const struct dsmtp_recipient *list, unsigned count);

#endif
