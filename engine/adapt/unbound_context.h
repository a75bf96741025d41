/* unbound_context.h - a libunbound context that is set up for validation. */
#ifndef DSMTP_ADAPT_UNBOUND_CONTEXT_H
#define DSMTP_ADAPT_UNBOUND_CONTEXT_H

#include "adapt/resolver_unbound.h"

struct ub_ctx;

/* As dsmtp_resolver_unbound_open. The caller frees it with ub_ctx_delete. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_unbound_context(struct dsmtp_loop *loop,
                                                       const struct dsmtp_unbound_options *options,
                                                       struct ub_ctx **out,
                                                       struct dsmtp_fault *fault);

#endif
