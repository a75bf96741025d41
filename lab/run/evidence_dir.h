/* evidence_dir.h - the folder that one case leaves behind. */
#ifndef LAB_RUN_EVIDENCE_DIR_H
#define LAB_RUN_EVIDENCE_DIR_H

#include "judge/judge.h"
#include "run/run.h"
#include "run/traces.h"

/* Write OUT/CASE/: scenario.yaml, zones/ (as served, signed and damaged), certs/HOST.pem (as
 * built), queries.txt, smtp.jsonl, sessions.txt, packets.pcapng
 * (with the TLS secrets), timeline.txt,
 * path.svg, verdict.json, repro.sh. world NULL (a fast run): without zones, certificates and
 * packets. */
LAB_MUST_USE int lab_evidence_dir_write(const struct lab_run_config *config,
                                        const struct lab_world *world, const struct lab_case *k,
                                        const struct lab_evidence *evidence,
                                        const struct lab_traces *traces, struct lab_fault *fault);

/* The command line that runs just this case again, the shortest one, its words quoted for a shell
 * where they need it; the caller frees it. */
char *lab_rerun_command(const struct lab_run_config *config, const struct lab_case *k);

#endif
