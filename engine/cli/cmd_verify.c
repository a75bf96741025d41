/* cmd_verify.c - danesmtp verify. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "adapt/tls_openssl.h"
#include "base/arena.h"
#include "cli/commands.h"
#include "cli/demand.h"
#include "cli/input.h"
#include "cli/runner.h"
#include "cli/say.h"
#include "report/report.h"

#define CHAIN_MAX ((size_t)4 << 20)
#define MEMORY_MAX ((size_t)64 << 20)

static int verify_with(struct dsmtp_tls *tls, const struct dsmtp_options *o,
                       const struct dsmtp_tls_demand *demand, struct dsmtp_tls_evidence *out)
{
    struct dsmtp_fault fault;
    enum dsmtp_status status;
    char *pem;
    size_t len;
    int wrong = dsmtp_input_read(o->chain, CHAIN_MAX, &pem, &len);

    if (wrong != 0)
        return wrong;
    status = dsmtp_tls_verify_pem(tls, pem, len, demand, o->time, out, &fault);
    free(pem);
    if (status == DSMTP_OK && demand->authenticate == DSMTP_AGAINST_TLSA &&
        !dsmtp_tlsa_any_usable(demand->records, demand->record_count))
        *out = (struct dsmtp_tls_evidence){.reason = DSMTP_REASON_TLSA_UNUSABLE};
    if (status == DSMTP_OK)
        return 0;
    dsmtp_say("%s: %s", strcmp(o->chain, "-") == 0 ? "standard input" : o->chain, fault.what);
    return status == DSMTP_SYNTAX || status == DSMTP_TOOBIG ? EX_DATAERR : EX_SOFTWARE;
}

static int verify(const struct dsmtp_options *o, const struct dsmtp_tls_demand *demand,
                  struct dsmtp_tls_evidence *out)
{
    const struct dsmtp_tls_options options = {
        .security_level = -1, .ca_file = o->ca_file, .ca_path = o->ca_path};
    struct dsmtp_fault fault;
    struct dsmtp_tls *tls = NULL;
    enum dsmtp_status status = dsmtp_tls_open(&options, &tls, &fault);
    int wrong = EX_SOFTWARE;

    if (status == DSMTP_SYNTAX)
        wrong = dsmtp_say_usage("verify", "%s", fault.what);
    else if (status != DSMTP_OK)
        dsmtp_say("%s", fault.what);
    else
        wrong = verify_with(tls, o, demand, out);
    dsmtp_tls_close(&tls);
    return wrong;
}

static int report(const struct dsmtp_options *o, const struct dsmtp_tls_demand *demand,
                  const struct dsmtp_tls_evidence *evidence)
{
    const struct dsmtp_verification v = {
        .profile = o->profile_name,
        .against = demand->authenticate,
        .tlsa = demand->records,
        .tlsa_count = demand->record_count,
        .names = demand->names,
        .name_count = demand->name_count,
        .time = o->time,
        .evidence = *evidence,
    };

    if (o->format != DSMTP_GRID_JSON) {
        dsmtp_report_verification_text(stdout, &v, dsmtp_runner_colour());
    } else if (dsmtp_report_verification_json(stdout, &v) != DSMTP_OK) {
        dsmtp_say("out of memory");
        return EX_SOFTWARE;
    }
    if (evidence->reason == DSMTP_REASON_INTERNAL)
        return EX_SOFTWARE;
    return evidence->authenticated ? EX_OK : EX_UNAVAILABLE;
}

int dsmtp_cmd_verify(const struct dsmtp_options *o)
{
    struct dsmtp_tls_evidence evidence = {.reason = DSMTP_REASON_INTERNAL};
    struct dsmtp_tls_demand demand;
    struct dsmtp_arena arena;
    int status;

    if (o->argc > 0)
        return dsmtp_say_usage("verify", "unexpected argument \"%.200s\"", o->argv[0]);
    if (o->chain == NULL)
        return dsmtp_say_usage("verify", "expected --chain FILE");
    dsmtp_arena_init(&arena, MEMORY_MAX);
    status = dsmtp_demand_read(o, &arena, &demand);
    if (status == 0)
        status = verify(o, &demand, &evidence);
    if (status == 0)
        status = report(o, &demand, &evidence);
    dsmtp_arena_fini(&arena);
    return status;
}
