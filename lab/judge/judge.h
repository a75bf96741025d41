/* judge.h - from evidence to verdict. Pure: reads no file, asks nobody, knows no sender. design:
 * verdicts are computed from what was seen on the wire; what the sender says only corroborates. */
#ifndef LAB_JUDGE_JUDGE_H
#define LAB_JUDGE_JUDGE_H

#include "base/base.h"
#include "scen/scenario.h"

/* What becomes of a case in a sum. X(name, word, one line about it) */
#define LAB_SORT_LIST(X)                                                                          \
    X(GOOD, "passed", "the sender did what is accepted here: PASS, NON-STRICT or INFO")           \
    X(FAILED, "failed",                                                                           \
      "a failure that the expect file does not have, or a row of that file that no longer holds") \
    X(KNOWN, "known", "a failure that the sender's expect file has, as it has it")                \
    X(NEITHER, "not judged", "nothing is said about the sender: UNSUPPORTED, SKIP or DISPUTED")   \
    X(BROKEN, "lab errors", "the lab or the adapter broke; never blamed on the sender")

enum lab_sort {
#define X(name, word, means) LAB_SORT_##name,
    LAB_SORT_LIST(X)
#undef X
        LAB_SORT_COUNT
};

/* X(name, word, sort) */
#define LAB_VERDICT_LIST(X)                \
    X(PASS, "PASS", GOOD)                  \
    X(NON_STRICT, "NON-STRICT", GOOD)      \
    X(INFO, "INFO", GOOD)                  \
    X(LEAK, "FAIL:leak", FAILED)           \
    X(DOWNGRADE, "FAIL:downgrade", FAILED) \
    X(LOST, "FAIL:lost", FAILED)           \
    X(STUCK, "FAIL:stuck", FAILED)         \
    X(REASON, "FAIL:reason", FAILED)       \
    X(OTHER, "FAIL:other", FAILED)         \
    X(HANG, "HANG", FAILED)                \
    X(CRASH, "CRASH", FAILED)              \
    X(UNSUPPORTED, "UNSUPPORTED", NEITHER) \
    X(SKIP, "SKIP", NEITHER)               \
    X(DISPUTED, "DISPUTED", NEITHER)       \
    X(LAB_INVALID, "LAB-INVALID", BROKEN)  \
    X(ADAPTER_ERROR, "ADAPTER-ERROR", BROKEN)

enum lab_verdict {
#define X(name, word, sort) LAB_V_##name,
    LAB_VERDICT_LIST(X)
#undef X
        LAB_V_COUNT
};
const char *lab_verdict_name(enum lab_verdict v);
/* False: no such word, or NULL. */
bool lab_verdict_find(const char *word, enum lab_verdict *out);
/* Of a verdict alone: nothing is known or stale. */
enum lab_sort lab_verdict_sort(enum lab_verdict v);
/* Of a case: a row of the expect file is about it (known), or no longer (stale). */
enum lab_sort lab_verdict_sort_with(enum lab_verdict v, bool known, bool stale);
/* Does this verdict alone make a run fail? */
bool lab_verdict_gates(enum lab_verdict v);

/* One SMTP session as the host saw it. Strings are the evidence's. */
struct lab_session {
    unsigned conn;
    const char *host; /* absolute name without trailing dot */
    const char *address;
    bool starttls; /* STARTTLS was sent */
    bool tls;      /* handshake done */
    const char *tls_version;
    const char *sni;       /* NULL: none sent */
    const char *tls_error; /* handshake failed: why */
    bool mail;             /* MAIL FROM sent at all */
    bool clear_mail;       /* MAIL, RCPT or message sent outside TLS */
    bool message;          /* final dot sent */
    bool message_tls;
    bool mutilated;    /* the line that begins with a dot did not arrive as it was */
    int message_reply; /* SMTP code for the final dot; 0: none */
    bool imagined;     /* a checker approves of this session: mail is taken to have followed */
    const char *to;    /* whom acknowledged messages were for, a blank between; NULL: not known */
};

/* "reply 250" or "no reply": to the final dot of a session. The caller frees it. */
char *lab_session_reply(const struct lab_session *session);

struct lab_query {
    const char *name; /* lower case, trailing dot */
    const char *type;
};

/* What the sender reports through its adapter. */
enum lab_report_outcome {
    LAB_R_DELIVERED,
    LAB_R_DEFERRED,
    LAB_R_BOUNCED,
    LAB_R_QUEUED,
    LAB_R_NONE,
    LAB_R_CRASHED,
    LAB_R_VERIFIED, /* this and the next two: a checker's, which sends nothing; see checker.c */
    LAB_R_NO_DANE,
    LAB_R_REFUSED,
    LAB_R_UNSUPPORTED
};
/* Is it the word of a checker? */
bool lab_report_of_checker(enum lab_report_outcome v);
/* "delivered", ...; never NULL. */
const char *lab_report_outcome_name(enum lab_report_outcome v);
/* False: no such word, or NULL; *out is LAB_R_NONE then. */
bool lab_report_outcome_find(const char *word, enum lab_report_outcome *out);
/* What the sender says of one of its connections. */
#define LAB_CLAIMED_LIST(X)           \
    X(AUTHENTICATED, "authenticated") \
    X(ENCRYPTED, "encrypted")         \
    X(CLEARTEXT, "cleartext")
enum lab_claimed {
#define X(name, word) LAB_CLAIMED_##name,
    LAB_CLAIMED_LIST(X)
#undef X
};
const char *lab_claimed_name(enum lab_claimed v);
/* False: no such word, or NULL. */
bool lab_claimed_find(const char *word, enum lab_claimed *out);
struct lab_claim {
    char *address;
    enum lab_claimed result;
};
struct lab_report {
    enum lab_report_outcome outcome;
    const char *reason; /* our reason word, or NULL */
    const char *text;   /* the sender's own words, or NULL */
    const struct lab_claim *claims;
    unsigned claims_count;
};

struct lab_evidence {
    struct lab_session *sessions;
    unsigned sessions_count;
    struct lab_query *queries; /* asked by the sender, in order */
    unsigned queries_count;
    const char *recipient; /* whose mail counts; NULL: everybody's */
    unsigned attempts;     /* how often the sender was asked; 0 counts as once */
    struct lab_report report;
};

struct lab_judgement {
    enum lab_verdict verdict;
    char *expected; /* one line each; owned: lab_judgement_free */
    char *seen;
    char *why; /* which check decided */
};

/* The session that a checker's report approves of: the last one at the address of its last claim
 * that bears the claim out. NULL: none, or it approves of none. */
const struct lab_session *lab_checker_approves(const struct lab_evidence *seen);
/* Does the report approve of a session in TLS? */
bool lab_checker_in_tls(const struct lab_report *report);

/* See judge.c for the order of checks. out is filled anew. */
void lab_judge(const struct lab_scenario *s, const struct lab_expect *expect,
               const struct lab_evidence *seen, struct lab_judgement *out);
void lab_judgement_free(struct lab_judgement *j);

#endif
