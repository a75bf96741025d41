/* evidence.h - what was seen: the SMTP hosts' log and the resolver's query log, read once and
 * sorted by scenario.
 *
 * The SMTP log is the JSON lines of smtp/smtp.h. The resolver's log is Unbound's with `log-queries:
 * yes` and `log-tag-queryreply: yes`; a line is [1768478400] unbound[12:0] query: 127.0.0.1
 * _25._tcp.mx.some-id.example. TLSA IN Only questions from 127.0.0.1 and ::1 count: those are the
 * sender's. A question belongs to the scenario in whose domain it is
 * (<id>.example. or <id>--WORD.example.). */
#ifndef LAB_JUDGE_EVIDENCE_H
#define LAB_JUDGE_EVIDENCE_H

#include "base/base.h"
#include "judge/judge.h"

/* How long the logs are now: where the evidence of what comes next begins. A log that does not
 * exist yet is 0 octets long. */
struct lab_evidence_from {
    size_t smtp;
    size_t dns;
    const struct lab_evidence_gap *gaps; /* what the lab did in between, in order; left out */
    size_t gaps_count;
};
struct lab_evidence_gap {
    size_t smtp, smtp_end; /* octets of the logs, from and to */
    size_t dns, dns_end;
    int64_t ms, ms_end; /* as lab_now_ms: for what else was seen */
};
LAB_MUST_USE int lab_evidence_now(const char *smtp_log, const char *dns_log,
                                  struct lab_evidence_from *out, struct lab_fault *fault);

/* Wait, at most so many milliseconds, until every SMTP session that began behind the octet from of
 * the hosts' log has ended there, too: a sender may be done before its last packets have been
 * looked at. false: some are still open, or the log cannot be read. */
bool lab_evidence_settle(const char *smtp_log, size_t from, unsigned ms);

struct lab_evidence_index;

/* Read both logs from there on. A last line without its end is still being written and is left out.
 * Sessions that began before do not count. Any other line that is not as described is a fault: the
 * lab is broken. */
LAB_MUST_USE int lab_evidence_collect(const char *smtp_log, const char *dns_log,
                                      struct lab_evidence_from from,
                                      struct lab_evidence_index **out, struct lab_fault *fault);

/* The same from what a run has kept of one case: the SMTP hosts' lines, and "NAME TYPE" a line for
 * the sender's questions. */
LAB_MUST_USE int lab_evidence_reopen(const char *smtp_lines, const char *questions,
                                     struct lab_evidence_index **out, struct lab_fault *fault);

/* The sessions and questions of a scenario, none if there were none; report is LAB_R_NONE, the
 * caller fills it in. All but the report belongs to the index. */
void lab_evidence_of(struct lab_evidence_index *index, const char *id, struct lab_evidence *out);
void lab_evidence_close(struct lab_evidence_index **index);

/* The id of the scenario in whose domain that name is (absolute, in lower case): *len letters in
 * it. NULL: none. */
const char *lab_evidence_owner(const char *name, size_t *len);

#endif
