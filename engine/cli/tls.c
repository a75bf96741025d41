/* tls.c - set-up of tls.h. */
#include "cli/tls.h"

#include <openssl/tls1.h>

enum dsmtp_status dsmtp_cli_open_tls(const struct dsmtp_options *o, struct dsmtp_tls **out,
                                     struct dsmtp_fault *fault)
{
    static const int versions[DSMTP_TLS_VERSION_COUNT] = {TLS1_VERSION, TLS1_1_VERSION,
                                                          TLS1_2_VERSION, TLS1_3_VERSION};
    const struct dsmtp_tls_options tls = {
        .min_version = versions[o->tls_min],
        .security_level = -1,
        .ciphers = o->ciphers,
        .ca_file = o->ca_file,
        .ca_path = o->ca_path,
    };

    return dsmtp_tls_open(&tls, out, fault);
}
