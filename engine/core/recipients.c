/* recipients.c - the book of recipients of recipients.h. */
#include "core/recipients.h"

#include <string.h>

#include "model/name.h"

static void note(struct dsmtp_recipient *r, enum dsmtp_verdict verdict,
                 const struct dsmtp_finding *said)
{
    bool known = r->reason != DSMTP_REASON_NONE;

    if (r->settled ||
        (verdict == DSMTP_VERDICT_BOUNCED && known && r->verdict == DSMTP_VERDICT_DEFERRED))
        return;
    r->verdict = verdict;
    r->reason = said->reason;
    r->host = said->host;
    r->reply = said->reply;
    dsmtp_dsn_choose(verdict, said->reason, said->status, r->status);
}

/* The last word: what was found before does not count any more. */
static void settle(struct dsmtp_recipient *r, enum dsmtp_verdict verdict,
                   const struct dsmtp_finding *said)
{
    if (r->settled)
        return;
    r->reason = DSMTP_REASON_NONE;
    note(r, verdict, said);
    r->settled = true;
}

void dsmtp_recipients_session(struct dsmtp_recipient *list, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        list[i].turn = DSMTP_TURN_NOT_ASKED;
}

unsigned dsmtp_recipients_choose(struct dsmtp_recipient *list, unsigned count, bool utf8,
                                 const char *host)
{
    const struct dsmtp_finding unfit = {DSMTP_REASON_NO_SMTPUTF8, host, NULL, ""};
    unsigned chosen = 0;

    for (unsigned i = 0; i < count; i++) {
        struct dsmtp_recipient *r = &list[i];
        bool open = r->turn == DSMTP_TURN_NOT_ASKED || r->turn == DSMTP_TURN_TOO_MANY;

        if (r->settled || !open) {
            r->turn = DSMTP_TURN_REFUSED;
        } else if (!utf8 && dsmtp_name_beyond_ascii(r->address)) {
            r->turn = DSMTP_TURN_REFUSED;
            note(r, DSMTP_VERDICT_BOUNCED, &unfit);
        } else {
            r->turn = DSMTP_TURN_ASKED;
            chosen++;
        }
    }
    return chosen;
}

unsigned dsmtp_recipients_next(const struct dsmtp_recipient *list, unsigned count, unsigned index)
{
    while (index < count && list[index].turn != DSMTP_TURN_ASKED)
        index++;
    return index;
}

unsigned dsmtp_recipients_count(const struct dsmtp_recipient *list, unsigned count,
                                enum dsmtp_turn turn)
{
    unsigned n = 0;

    for (unsigned i = 0; i < count; i++)
        n += list[i].turn == turn ? 1 : 0;
    return n;
}

/* 452 and 552 mean many things; an enhanced code other than "too many recipients" (x.5.3) says that
 * another transaction would not help. */
static bool too_many(unsigned code, const char *status)
{
    return (code == 452 || code == 552) && (status[0] == '\0' || strcmp(status + 1, ".5.3") == 0);
}

void dsmtp_recipients_answer(struct dsmtp_recipient *r, unsigned code,
                             const struct dsmtp_finding *said)
{
    if (code / 100 == 2) {
        r->turn = DSMTP_TURN_ACCEPTED;
        return;
    }
    r->turn = too_many(code, said->status) ? DSMTP_TURN_TOO_MANY : DSMTP_TURN_REFUSED;
    if (code / 100 == 5 && code != 552)
        settle(r, DSMTP_VERDICT_BOUNCED, said);
    else
        note(r, DSMTP_VERDICT_DEFERRED, said);
}

void dsmtp_recipients_delivered(struct dsmtp_recipient *list, unsigned count,
                                const struct dsmtp_finding *said)
{
    for (unsigned i = 0; i < count; i++)
        if (list[i].turn == DSMTP_TURN_ACCEPTED)
            settle(&list[i], DSMTP_VERDICT_DELIVERED, said);
}

/* Did the session end with the message, so that only those concern it whom the host had accepted?
 */
static bool message_sent_for(enum dsmtp_state state)
{
    return state == DSMTP_STATE_DATA || state == DSMTP_STATE_BODY || state == DSMTP_STATE_DOT;
}

void dsmtp_recipients_ended(struct dsmtp_recipient *list, unsigned count,
                            const struct dsmtp_attempt_end *end, const struct dsmtp_next_row *row,
                            const struct dsmtp_finding *said)
{
    enum dsmtp_verdict verdict = row->permanent ? DSMTP_VERDICT_BOUNCED : DSMTP_VERDICT_DEFERRED;

    if (row->next == DSMTP_NEXT_DONE)
        return;
    for (unsigned i = 0; i < count; i++) {
        bool concerned = message_sent_for(end->state) ? list[i].turn == DSMTP_TURN_ACCEPTED
                                                      : list[i].turn <= DSMTP_TURN_ACCEPTED;

        if (concerned && row->next == DSMTP_NEXT_STOP)
            settle(&list[i], verdict, said);
        else if (concerned)
            note(&list[i], verdict, said);
    }
}

void dsmtp_recipients_found(struct dsmtp_recipient *list, unsigned count,
                            enum dsmtp_verdict verdict, const struct dsmtp_finding *said)
{
    for (unsigned i = 0; i < count; i++)
        note(&list[i], verdict, said);
}

void dsmtp_recipients_cut(struct dsmtp_recipient *list, unsigned count,
                          const struct dsmtp_finding *said)
{
    for (unsigned i = 0; i < count; i++)
        if (list[i].verdict == DSMTP_VERDICT_BOUNCED)
            note(&list[i], DSMTP_VERDICT_DEFERRED, said);
}

bool dsmtp_recipients_settled(const struct dsmtp_recipient *list, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (!list[i].settled)
            return false;
    return count > 0;
}

enum dsmtp_verdict dsmtp_recipients_verdict(const struct dsmtp_recipient *list, unsigned count)
{
    enum dsmtp_verdict worst = DSMTP_VERDICT_DELIVERED;

    for (unsigned i = 0; i < count; i++) {
        if (list[i].verdict == DSMTP_VERDICT_DEFERRED)
            return DSMTP_VERDICT_DEFERRED;
        if (list[i].verdict == DSMTP_VERDICT_BOUNCED)
            worst = DSMTP_VERDICT_BOUNCED;
    }
    return worst;
}
