/* tls.h - TLS as the options say. */
#ifndef DSMTP_CLI_TLS_H
#define DSMTP_CLI_TLS_H

#include "adapt/tls_openssl.h"
#include "cli/options.h"

/* DSMTP_SYNTAX: --ciphers, --ca-file or --ca-path is wrong. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_cli_open_tls(const struct dsmtp_options *options,
                                                    struct dsmtp_tls **out,
                                                    struct dsmtp_fault *fault);

#endif
