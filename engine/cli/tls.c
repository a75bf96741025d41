/* tls.c - set-up of tls.h. */
#include "cli/tls.h"

enum dsmtp_status dsmtp_cli_open_tls(const struct dsmtp_options *o, struct dsmtp_tls **out,
                                     struct dsmtp_fault *fault)
{
    const struct dsmtp_tls_options tls = {
        .min_version = o->tls_min != NULL ? dsmtp_tls_version_of(o->tls_min) : 0,
        .security_level = -1,
        .ciphers = o->ciphers,
        .ca_file = o->ca_file,
        .ca_path = o->ca_path,
    };

    return dsmtp_tls_open(&tls, out, fault);
}
