/* verdict.h - the vocabulary: how secure an answer is, what is insisted on, what came of it and
 * why.
 *
 * Every enum comes from one list that also gives its word for machines (JSON, scenarios, traces);
 * security, level and verdict are public.
 */
#ifndef DSMTP_MODEL_VERDICT_H
#define DSMTP_MODEL_VERDICT_H

#include <stdbool.h>

#include "danesmtp.h"

/* What an answer holds; FAILED exactly when the security is BOGUS or ERROR. */
#define DSMTP_PRESENCE_LIST(X) \
    X(DATA, "data")            \
    X(NODATA, "nodata")        \
    X(NXDOMAIN, "nxdomain")    \
    X(FAILED, "error")

/* How far one connection got. */
#define DSMTP_RESULT_LIST(X)          \
    X(AUTHENTICATED, "authenticated") \
    X(ENCRYPTED, "encrypted")         \
    X(CLEARTEXT, "cleartext")         \
    X(FAIL, "failed")

/* The local policy for a destination (Postfix's level names). */
#define DSMTP_POLICY_LIST(X)      \
    X(NONE, "none")               \
    X(MAY, "may")                 \
    X(ENCRYPT, "encrypt")         \
    X(DANE, "dane")               \
    X(DANE_ONLY, "dane-only")     \
    X(FINGERPRINT, "fingerprint") \
    X(VERIFY, "verify")           \
    X(SECURE, "secure")

/* Why: one word for machines (its own name), one sentence for people. */
#define DSMTP_REASON_LIST(X)                                                               \
    X(NONE, "no reason recorded")                                                          \
    X(LOCAL_POLICY, "local policy decides for this destination")                           \
    X(ADDRESS_LITERAL, "the next hop is an address literal, to which DANE does not apply") \
    X(MX_BOGUS, "the MX answer failed DNSSEC validation")                                  \
    X(MX_ERROR, "the MX lookup failed")                                                    \
    X(MX_INSECURE, "the MX answer is not protected by DNSSEC")                             \
    X(MX_ABSENT_INSECURE, "the absence of MX records is not protected by DNSSEC")          \
    X(NO_SUCH_DOMAIN, "the domain does not exist")                                         \
    X(NULL_MX, "the domain accepts no mail (null MX)")                                     \
    X(NO_VALID_MX, "no MX record names a valid host")                                      \
    X(MAIL_LOOP, "this host is the best mail exchanger of the domain: mail would loop")    \
    X(MX_ALIAS, "the MX host is an alias, and the profile refuses those")                  \
    X(ADDRESS_BOGUS, "the address answer failed DNSSEC validation")                        \
    X(ADDRESS_ERROR, "the address lookup failed")                                          \
    X(NO_ADDRESS, "the host has no address")                                               \
    X(ADDRESS_INSECURE, "the host's address is not protected by DNSSEC")                   \
    X(ALIAS_BOGUS, "the answer for the host's alias failed DNSSEC validation")             \
    X(ALIAS_ERROR, "the lookup of the host's alias failed")                                \
    X(TLSA_BOGUS, "the TLSA answer failed DNSSEC validation")                              \
    X(TLSA_ERROR, "the TLSA lookup failed")                                                \
    X(TLSA_ABSENT, "the host has no TLSA records, and that is proven")                     \
    X(TLSA_INSECURE, "the TLSA answer is not protected by DNSSEC")                         \
    X(TLSA_UNUSABLE, "secure TLSA records exist, but none is usable")                      \
    X(TLSA_USABLE, "secure and usable TLSA records exist")                                 \
    X(DANE_REQUIRED, "DANE is mandatory for this destination and cannot be had")           \
    X(NO_HOST_LEFT, "no host is left to try")                                              \
    X(CONNECT_FAILED, "the connection could not be made")                                  \
    X(CONNECTION_LOST, "the connection was closed by the server")                          \
    X(TIMEOUT, "the server did not answer in time")                                        \
    X(PROTOCOL_ERROR, "the server broke the protocol")                                     \
    X(GREETING_REFUSED, "the server refused the session in its greeting")                  \
    X(EHLO_REFUSED, "the server refused EHLO and HELO")                                    \
    X(NO_STARTTLS, "the server does not offer STARTTLS")                                   \
    X(STARTTLS_REFUSED, "the server refused STARTTLS")                                     \
    X(STARTTLS_INJECTION, "data came behind the STARTTLS reply, before TLS")               \
    X(TLS_HANDSHAKE, "the TLS handshake failed")                                           \
    X(TLSA_MISMATCH, "the server's certificate matches no usable TLSA record")             \
    X(NAME_MISMATCH, "the server's certificate carries none of the accepted names")        \
    X(CHAIN_INVALID, "the server's certificate chain is not valid below its trust anchor") \
    X(CHAIN_UNTRUSTED, "the server's certificate chain leads to no trusted authority")     \
    X(FINGERPRINT_MISMATCH, "the server's certificate bears no listed fingerprint")        \
    X(MAIL_REFUSED, "the server refused the sender")                                       \
    X(RCPT_REFUSED, "the server refused the recipient")                                    \
    X(DATA_REFUSED, "the server refused the message")                                      \
    X(MESSAGE_TOO_BIG, "the message is larger than the server accepts")                    \
    X(NO_8BITMIME, "the message has 8-bit octets and the server does not offer 8BITMIME")  \
    X(NO_SMTPUTF8, "an address or the header is not ASCII and the server lacks SMTPUTF8")  \
    X(ADDRESS_LIMIT, "more addresses exist than may be tried")                             \
    X(DELIVERED, "the server accepted the message")                                        \
    X(SESSION_READY, "the session is ready for mail")                                      \
    X(INTERNAL, "the engine contradicts itself")

enum dsmtp_presence {
#define X(name, word) DSMTP_PRESENCE_##name,
    DSMTP_PRESENCE_LIST(X)
#undef X
        DSMTP_PRESENCE_COUNT
};
enum dsmtp_result {
#define X(name, word) DSMTP_RESULT_##name,
    DSMTP_RESULT_LIST(X)
#undef X
        DSMTP_RESULT_COUNT
};
enum dsmtp_policy {
#define X(name, word) DSMTP_POLICY_##name,
    DSMTP_POLICY_LIST(X)
#undef X
        DSMTP_POLICY_COUNT
};
enum dsmtp_reason {
#define X(name, text) DSMTP_REASON_##name,
    DSMTP_REASON_LIST(X)
#undef X
        DSMTP_REASON_COUNT
};

/* Words for machines; never NULL. */
const char *dsmtp_security_name(enum dsmtp_security v);
const char *dsmtp_presence_name(enum dsmtp_presence v);
const char *dsmtp_result_name(enum dsmtp_result v);
const char *dsmtp_policy_name(enum dsmtp_policy v);
const char *dsmtp_reason_name(enum dsmtp_reason v);
/* The sentence for people. */
const char *dsmtp_reason_text(enum dsmtp_reason v);

/* Are usable TLSA records what counts there? So at dane and audit. */
bool dsmtp_level_is_dane(enum dsmtp_level v);

#endif
