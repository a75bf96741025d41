/* test_dialog.c - the transition table: total, unambiguous, and safe whatever the server does. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "core/dialog.h"

enum { ROWS_MAX = 80, DEPTH = 7 };

static bool marked_impossible(const struct dsmtp_dialog_row *row)
{
    return row->reason == DSMTP_REASON_INTERNAL;
}

static void test_total(void)
{
    bool hit[ROWS_MAX] = {false};
    const struct dsmtp_dialog_row *row;

    for (unsigned state = 0; state < DSMTP_STATE_COUNT; state++) {
        for (unsigned event = 0; event < DSMTP_EVENT_COUNT; event++) {
            for (unsigned level = DSMTP_LEVEL_SKIP + 1; level < DSMTP_LEVEL_COUNT; level++) {
                unsigned found = 0;

                for (unsigned i = 0; (row = dsmtp_dialog_row_at(i)) != NULL; i++) {
                    if (!dsmtp_dialog_applies(row, state, event, level))
                        continue;
                    hit[i] = true;
                    found++;
                }
                check_rowf("%s %s %s", dsmtp_state_name(state), dsmtp_event_name(event),
                           dsmtp_level_name(level));
                check_uint(found, 1);
            }
        }
    }
    for (unsigned i = 0; (row = dsmtp_dialog_row_at(i)) != NULL; i++) {
        check_rowf("row %u", i);
        check_true(hit[i]);
        check_true(
            !dsmtp_dialog_applies(row, DSMTP_STATE_GREETING, DSMTP_EVENT_OK, DSMTP_LEVEL_SKIP));
    }
}

/* What has happened to a connection so far. */
struct facts {
    enum dsmtp_state state;
    bool tls; /* SECURED was seen: TLS is up, and at level dane and above the peer is authenticated
               */
};

static bool carries_mail(const struct dsmtp_dialog_row *row)
{
    switch (row->action) {
    case DSMTP_ACTION_READY:
    case DSMTP_ACTION_SEND_MAIL:
    case DSMTP_ACTION_SEND_RCPT:
    case DSMTP_ACTION_SEND_DATA:
    case DSMTP_ACTION_SEND_BODY:
    case DSMTP_ACTION_SEND_DOT:
        return true;
    case DSMTP_ACTION_SEND_EHLO:
    case DSMTP_ACTION_SEND_HELO:
    case DSMTP_ACTION_SEND_STARTTLS:
    case DSMTP_ACTION_START_TLS:
    case DSMTP_ACTION_WAIT:
    case DSMTP_ACTION_QUIT:
    case DSMTP_ACTION_CLOSE:
    case DSMTP_ACTION_COUNT:
        break;
    }
    return (row->next >= DSMTP_STATE_MAIL && row->next < DSMTP_STATE_BYE) ||
           row->reason == DSMTP_REASON_DELIVERED || row->reason == DSMTP_REASON_SESSION_READY;
}

/* A message begins with DATA, is sent before it can be answered, and is delivered by an answer. */
static bool in_order(const struct dsmtp_dialog_row *row, enum dsmtp_state before)
{
    if (row->action == DSMTP_ACTION_SEND_BODY)
        return before == DSMTP_STATE_DATA;
    if (row->action == DSMTP_ACTION_SEND_DOT)
        return before == DSMTP_STATE_VOID;
    if (row->next == DSMTP_STATE_DOT)
        return before == DSMTP_STATE_BODY;
    if (row->reason == DSMTP_REASON_DELIVERED || row->action == DSMTP_ACTION_SEND_MAIL)
        return before == DSMTP_STATE_DOT;
    return true;
}

/* What the table says is done must be allowed by what has happened. */
static bool allowed(const struct dsmtp_dialog_row *row, struct facts before, struct facts after,
                    enum dsmtp_level level)
{
    bool must = level != DSMTP_LEVEL_NONE && level != DSMTP_LEVEL_MAY;
    bool begins_tls =
        row->action == DSMTP_ACTION_SEND_STARTTLS || row->action == DSMTP_ACTION_START_TLS;

    if (must && !after.tls && carries_mail(row))
        return false;
    if (begins_tls && (level == DSMTP_LEVEL_NONE || before.tls))
        return false;
    if (row->action == DSMTP_ACTION_START_TLS && before.state != DSMTP_STATE_STARTTLS)
        return false;
    return in_order(row, before.state);
}

static struct facts after(const struct dsmtp_dialog_row *row, struct facts before,
                          enum dsmtp_event event)
{
    return (struct facts){row->next, before.tls || (before.state == DSMTP_STATE_HANDSHAKE &&
                                                    event == DSMTP_EVENT_SECURED)};
}

/* Complete: everything that can be reached from the start, by any events. */
static void test_graph(void)
{
    for (unsigned level = DSMTP_LEVEL_SKIP + 1; level < DSMTP_LEVEL_COUNT; level++) {
        bool seen[DSMTP_STATE_COUNT][2] = {{false}};
        struct facts todo[DSMTP_STATE_COUNT * 2] = {{DSMTP_STATE_GREETING, false}};
        unsigned count = 1;

        seen[DSMTP_STATE_GREETING][0] = true;
        for (unsigned i = 0; i < count; i++) {
            for (unsigned event = 0; event < DSMTP_EVENT_COUNT; event++) {
                const struct dsmtp_dialog_row *row = dsmtp_dialog_step(todo[i].state, event, level);
                struct facts then = after(row, todo[i], event);

                check_rowf("%s %s %s", dsmtp_state_name(todo[i].state), dsmtp_event_name(event),
                           dsmtp_level_name(level));
                check_true(allowed(row, todo[i], then, level));
                if (seen[then.state][then.tls])
                    continue;
                seen[then.state][then.tls] = true;
                todo[count++] = then;
            }
        }
        check_rowf("level %s", dsmtp_level_name(level));
        check_int(seen[DSMTP_STATE_DOT][1], level != DSMTP_LEVEL_NONE);
        check_int(seen[DSMTP_STATE_DOT][0], level == DSMTP_LEVEL_NONE || level == DSMTP_LEVEL_MAY);
        check_int(seen[DSMTP_STATE_HANDSHAKE][0], level != DSMTP_LEVEL_NONE);
    }
}

/* The same by brute force, without any memory of what was seen. */
static unsigned long walk(struct facts at, enum dsmtp_level level, unsigned depth)
{
    unsigned long bad = 0;

    for (unsigned event = 0; depth > 0 && event < DSMTP_EVENT_COUNT; event++) {
        const struct dsmtp_dialog_row *row = dsmtp_dialog_step(at.state, event, level);
        struct facts then = after(row, at, event);

        bad += allowed(row, at, then, level) ? 0 : 1;
        if (then.state != DSMTP_STATE_END)
            bad += walk(then, level, depth - 1);
    }
    return bad;
}

static void test_walk(void)
{
    for (unsigned level = DSMTP_LEVEL_SKIP + 1; level < DSMTP_LEVEL_COUNT; level++) {
        check_row(dsmtp_level_name(level));
        check_uint(walk((struct facts){DSMTP_STATE_GREETING, false}, level, DEPTH), 0);
    }
}

/* Is this event possible in this state: one that a reply, the stream or the count of recipients can
 * give? */
static bool possible(enum dsmtp_state state, enum dsmtp_event event)
{
    static const unsigned codes[] = {200, 220, 250, 299, 300, 354, 399, 400,
                                     421, 499, 500, 554, 599, 0,   199, 600};
    /* Those that the driver makes. */
    static const struct {
        enum dsmtp_state state;
        enum dsmtp_event event;
    } own[] = {{DSMTP_STATE_RCPT, DSMTP_EVENT_NONE_LEFT}, {DSMTP_STATE_RCPT, DSMTP_EVENT_LAST},
               {DSMTP_STATE_VOID, DSMTP_EVENT_LAST},      {DSMTP_STATE_DOT, DSMTP_EVENT_AGAIN},
               {DSMTP_STATE_BODY, DSMTP_EVENT_SENT},      {DSMTP_STATE_MAIL, DSMTP_EVENT_UNFIT}};

    if (event == DSMTP_EVENT_FAILED)
        return true;
    if (state == DSMTP_STATE_HANDSHAKE)
        return event == DSMTP_EVENT_SECURED;
    for (unsigned i = 0; i < CHECK_COUNT(own); i++)
        if (own[i].state == state && own[i].event == event)
            return true;
    for (unsigned i = 0; i < 2 * CHECK_COUNT(codes); i++)
        if (dsmtp_dialog_event(state, codes[i / 2], i % 2 != 0) == event)
            return true;
    return false;
}

/* Follow what is possible from the start of a session: it never meets a row marked impossible, and
 * leaves no other row unused. */
static void follow(enum dsmtp_level level, bool used[ROWS_MAX])
{
    bool seen[DSMTP_STATE_COUNT] = {[DSMTP_STATE_GREETING] = true};

    for (unsigned state = 0; state < DSMTP_STATE_END; state++) {
        for (unsigned event = 0; seen[state] && event < DSMTP_EVENT_COUNT; event++) {
            const struct dsmtp_dialog_row *row = dsmtp_dialog_step(state, event, level);

            if (!possible(state, event))
                continue;
            check_rowf("%s %s %s", dsmtp_state_name(state), dsmtp_event_name(event),
                       dsmtp_level_name(level));
            check_true(!marked_impossible(row));
            check_true(row->next >= state || event == DSMTP_EVENT_AGAIN);
            seen[row->next] = true;
            for (unsigned i = 0; dsmtp_dialog_row_at(i) != NULL; i++)
                used[i] = used[i] || dsmtp_dialog_row_at(i) == row;
        }
    }
}

static void test_possible(void)
{
    const struct dsmtp_dialog_row *row;
    bool used[ROWS_MAX] = {false};

    for (unsigned level = DSMTP_LEVEL_SKIP + 1; level < DSMTP_LEVEL_COUNT; level++)
        follow(level, used);
    for (unsigned i = 0; (row = dsmtp_dialog_row_at(i)) != NULL; i++) {
        check_rowf("row %u", i);
        check_true(used[i] || marked_impossible(row) || row->state == 1u << DSMTP_STATE_HANDSHAKE);
    }
}

/* clang-format off */
static const struct { enum dsmtp_state state; unsigned code; bool offers; enum dsmtp_event want; } replies[] = {
    {DSMTP_STATE_GREETING,  220, false, DSMTP_EVENT_OK},
    {DSMTP_STATE_GREETING,  220, true,  DSMTP_EVENT_OK},
    {DSMTP_STATE_GREETING,  554, false, DSMTP_EVENT_PERM},
    {DSMTP_STATE_GREETING,  421, false, DSMTP_EVENT_CLOSING},
    {DSMTP_STATE_GREETING,  450, false, DSMTP_EVENT_TEMP},
    {DSMTP_STATE_RCPT,      421, false, DSMTP_EVENT_CLOSING},
    {DSMTP_STATE_DOT,       421, false, DSMTP_EVENT_CLOSING},
    {DSMTP_STATE_VOID,      354, false, DSMTP_EVENT_GO},
    {DSMTP_STATE_VOID_DOT,  354, false, DSMTP_EVENT_BROKEN},
    {DSMTP_STATE_BODY,      250, false, DSMTP_EVENT_BROKEN},
    {DSMTP_STATE_BODY,      354, false, DSMTP_EVENT_BROKEN},
    {DSMTP_STATE_BODY,      552, false, DSMTP_EVENT_PERM},
    {DSMTP_STATE_GREETING,  354, false, DSMTP_EVENT_BROKEN},
    {DSMTP_STATE_EHLO,      250, true,  DSMTP_EVENT_OFFER},
    {DSMTP_STATE_EHLO,      250, false, DSMTP_EVENT_OK},
    {DSMTP_STATE_EHLO,      500, true,  DSMTP_EVENT_PERM},
    {DSMTP_STATE_EHLO_TLS,  250, true,  DSMTP_EVENT_OFFER},
    {DSMTP_STATE_HELO,      250, true,  DSMTP_EVENT_OK},
    {DSMTP_STATE_STARTTLS,  220, true,  DSMTP_EVENT_OK},
    {DSMTP_STATE_STARTTLS,  454, false, DSMTP_EVENT_TEMP},
    {DSMTP_STATE_RCPT,      251, false, DSMTP_EVENT_OK},
    {DSMTP_STATE_RCPT,      354, false, DSMTP_EVENT_BROKEN},
    {DSMTP_STATE_DATA,      354, false, DSMTP_EVENT_GO},
    {DSMTP_STATE_DATA,      355, false, DSMTP_EVENT_BROKEN},
    {DSMTP_STATE_DATA,      250, false, DSMTP_EVENT_BROKEN},
    {DSMTP_STATE_DOT,       250, false, DSMTP_EVENT_OK},
    {DSMTP_STATE_DOT,       354, false, DSMTP_EVENT_BROKEN},
    {DSMTP_STATE_DOT,       0,   false, DSMTP_EVENT_BROKEN},
};
/* clang-format on */

static void test_events(void)
{
    for (size_t i = 0; i < CHECK_COUNT(replies); i++) {
        check_rowf("%s %u", dsmtp_state_name(replies[i].state), replies[i].code);
        check_int(dsmtp_dialog_event(replies[i].state, replies[i].code, replies[i].offers),
                  replies[i].want);
    }
}

/* With a host that is skipped there is no conversation at all. */
static void test_skipped(void)
{
    for (unsigned state = 0; state < DSMTP_STATE_COUNT; state++) {
        for (unsigned event = 0; event < DSMTP_EVENT_COUNT; event++) {
            const struct dsmtp_dialog_row *row = dsmtp_dialog_step(state, event, DSMTP_LEVEL_SKIP);

            check_rowf("%s %s", dsmtp_state_name(state), dsmtp_event_name(event));
            check_true(marked_impossible(row));
            check_int(row->action, DSMTP_ACTION_CLOSE);
            check_int(row->next, DSMTP_STATE_END);
        }
    }
}

static const struct check_test tests[] = {{"total and unambiguous", test_total},
                                          {"every reachable state is safe", test_graph},
                                          {"every sequence of seven is safe", test_walk},
                                          {"the possible and the impossible", test_possible},
                                          {"a host that is skipped", test_skipped},
                                          {"replies to events", test_events}};
SUITE(dialog, tests);
