/* info.h - evidence in the form of the public header. */
#ifndef DSMTP_API_INFO_H
#define DSMTP_API_INFO_H

#include "model/evidence.h"

/* permitted: mail may go over that session. */
struct dsmtp_peer_info dsmtp_info_peer(const struct dsmtp_tls_evidence *evidence, bool permitted);

#endif
