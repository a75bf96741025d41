/* resolver.h - which resolver the options, or the system, ask for.
 *
 * --trust-ad: the stub, which believes a resolver on a loopback address. --root-hints: own
 * recursion. --resolver: forwarding there, validating here. Nothing: the servers of resolv.conf;
 * the stub if they are all on loopback addresses and "options trust-ad" says that they can be
 * believed, otherwise forwarding to them, validating here.
 *
 * Whichever it is, a canary (--canary) finds out whether anything is ever secure behind it. If not,
 * a warning goes to standard error and each insecure answer says so; with --require-validation such
 * answers are errors. Hosts for which DANE is mandatory are never contacted then, in either case.
 */
#ifndef DSMTP_CLI_RESOLVER_H
#define DSMTP_CLI_RESOLVER_H

#include "adapt/loop.h"
#include "cli/options.h"
#include "port/resolver.h"

/* Do the options contradict each other? 0, or EX_USAGE after a message was printed. */
int dsmtp_cli_check_resolver(const struct dsmtp_options *options, const char *command);

DSMTP_MUST_USE enum dsmtp_status dsmtp_cli_open_resolver(struct dsmtp_loop *loop,
                                                         const struct dsmtp_options *options,
                                                         struct dsmtp_resolver *out,
                                                         struct dsmtp_fault *fault);

#endif
