/* words.c - the tables of words.h. */
#include "report/words.h"

static const struct {
    const char *word;
    const char *means;
} sorts[] = {
#define X(name, word, means) {word, means},
    LAB_SORT_LIST(X)
#undef X
};

/* clang-format off */
static const struct {
    const char *mark;
    unsigned rank;
    const char *means;
} verdicts[LAB_V_COUNT] = {
    [LAB_V_PASS]          = {"pass",    0,  "the first choice was taken; everything required was seen and nothing forbidden"},
    [LAB_V_NON_STRICT]    = {"lax",     2,  "allowed, but short of a SHOULD or of best practice"},
    [LAB_V_INFO]          = {"info",    1,  "the specification leaves it open; what was seen is recorded"},
    [LAB_V_LEAK]          = {"leak",    12, "mail or envelope reached a peer in clear, or unauthenticated, where that is forbidden"},
    [LAB_V_DOWNGRADE]     = {"down",    11, "encrypted, but DANE was not applied although it was usable"},
    [LAB_V_LOST]          = {"lost",    10, "bounced where the mail has to wait"},
    [LAB_V_STUCK]         = {"stuck",   7,  "put off where it has to be delivered"},
    [LAB_V_REASON]        = {"reason",  5,  "the right outcome for the wrong reason, or something required was not seen"},
    [LAB_V_OTHER]         = {"other",   6,  "any other outcome that is not accepted, or something forbidden was seen"},
    [LAB_V_HANG]          = {"hang",    8,  "no outcome before the deadline"},
    [LAB_V_CRASH]         = {"crash",   9,  "the sender died"},
    [LAB_V_UNSUPPORTED]   = {"unsupp",  3,  "the adapter says, with a reason, that this sender cannot do that; counted, never a failure"},
    [LAB_V_SKIP]          = {"skipped", 3,  "missing on this machine, or rightly otherwise at this resolver; counted, never silent"},
    [LAB_V_DISPUTED]      = {"dispute", 3,  "two defensible readings; both are cited, and neither counts"},
    [LAB_V_LAB_INVALID]   = {"invalid", 4,  "the world was not what the scenario says; the lab's fault"},
    [LAB_V_ADAPTER_ERROR] = {"adapter", 4,  "the adapter broke, or a control failed; not the sender's fault"},
};

static const struct lab_word others[] = {
    {"policy dane",      "the sender is set to use DANE where the destination has it, and TLS or cleartext elsewhere"},
    {"policy dane-only", "the sender is set to deliver only where DANE authenticates"},
    {"policy may",       "a local policy asks for TLS if offered, without authentication; it comes before DANE"},
    {"policy encrypt",   "a local policy insists on TLS, without authentication; it comes before DANE"},
    {"profile",          "which version of the rules the sender is held to; rfc7672 is the standard"},
    {"case",             "a scenario under one policy: its id, and @POLICY unless the policy is dane"},
    {"delivered",        "a host took the mail"},
    {"deferred",         "the mail is kept and will be tried again"},
    {"bounced",          "the mail was given back to whoever sent it"},
    {"queued",           "no decision before the end of the run"},
    {"twin",             "the scenario that differs in one fact and must be delivered: it shows that the set-up works"},
    {"stale",            "a row of the expect file that no longer holds: mended, or failing in another manner"},
    {"expected",         "what the scenario accepts, the first choice first, and what must or must not be seen"},
    {"seen",             "what name servers and SMTP hosts saw; a sender never marks itself"},
};
/* clang-format on */

const char *lab_sort_name(enum lab_sort s)
{
    return sorts[s].word;
}

const char *lab_sort_means(enum lab_sort s)
{
    return sorts[s].means;
}

unsigned lab_verdict_rank(enum lab_verdict v)
{
    return verdicts[v].rank;
}

const char *lab_verdict_mark(enum lab_verdict v)
{
    return verdicts[v].mark;
}

const char *lab_verdict_means(enum lab_verdict v)
{
    return verdicts[v].means;
}

const struct lab_word *lab_word_at(size_t index)
{
    return index < LAB_COUNT(others) ? &others[index] : NULL;
}
