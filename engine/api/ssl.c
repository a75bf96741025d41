/* ssl.c - demands on sessions of the program's. */
#include "adapt/tls_openssl.h"
#include "api/info.h"
#include "api/sized.h"
#include "model/plan.h"
#include "run/demand.h"

enum dsmtp_status dsmtp_ssl_prepare(struct ssl_ctx_st *ctx, struct dsmtp_fault *fault)
{
    struct dsmtp_fault own;

    return dsmtp_tls_adopt(ctx, dsmtp_fault_or(fault, &own));
}

enum dsmtp_status dsmtp_ssl_demand(struct ssl_st *ssl, const struct dsmtp_plan *plan, size_t index,
                                   struct dsmtp_fault *fault)
{
    struct dsmtp_fault own;
    struct dsmtp_tls *tls = dsmtp_tls_adopted(ssl);
    const struct dsmtp_host_plan *host;
    struct dsmtp_tls_demand demand;

    fault = dsmtp_fault_or(fault, &own);
    if (tls == NULL)
        return dsmtp_fault_set(fault, DSMTP_MISUSE,
                               "the SSL_CTX of this session was not given to dsmtp_ssl_prepare");
    if (index >= plan->host_count)
        return dsmtp_fault_set(fault, DSMTP_MISUSE, "host %zu of %u", index, plan->host_count);
    host = &plan->hosts[index];
    if (plan->verdict != DSMTP_VERDICT_ATTEMPT || host->level == DSMTP_LEVEL_SKIP ||
        host->level == DSMTP_LEVEL_NONE)
        return dsmtp_fault_set(fault, DSMTP_MISUSE, "no TLS with %.253s: verdict %s, level %s",
                               host->name, dsmtp_verdict_name(plan->verdict),
                               dsmtp_level_name(host->level));
    demand = dsmtp_demand_of(plan->switches, host, plan->entry, host->level);
    return dsmtp_tls_apply(tls, ssl, &demand, fault);
}

/* As the engine's own sessions: without the authentication that is demanded no mail, whatever the
 * program says of the handshake. */
enum dsmtp_status dsmtp_ssl_judge(struct ssl_st *ssl, bool up, struct dsmtp_peer_info *out)
{
    const struct dsmtp_tls_demand *demand = dsmtp_tls_demand(ssl);
    struct dsmtp_tls_evidence evidence;
    struct dsmtp_peer_info info;

    if (demand == NULL)
        return DSMTP_MISUSE;
    dsmtp_tls_judge(ssl, demand, up, &evidence);
    info = dsmtp_info_peer(
        &evidence, up && (demand->authenticate == DSMTP_AGAINST_NOTHING || evidence.authenticated));
    return dsmtp_sized_give(out, &info, sizeof(info));
}
