/* reason.h - the reason words: why mail did not go, or not as it should. Scenarios list those that
 * a sender may give (`reasons`), adapters translate the sender's own words to them. */
#ifndef LAB_SCEN_REASON_H
#define LAB_SCEN_REASON_H

#include <stdbool.h>
#include <stddef.h>

/* X(what it is about, word). lab/adapters/README.md has the same rows; a test compares them. */
#define LAB_REASON_LIST(X)                    \
    X("the destination", MX_ERROR)            \
    X("the destination", MX_BOGUS)            \
    X("the destination", MX_INSECURE)         \
    X("the destination", MX_ABSENT_INSECURE)  \
    X("the destination", MX_ALIAS)            \
    X("the destination", NO_SUCH_DOMAIN)      \
    X("the destination", NULL_MX)             \
    X("the destination", NO_VALID_MX)         \
    X("the destination", MAIL_LOOP)           \
    X("the destination", ADDRESS_LITERAL)     \
    X("a host's addresses", ADDRESS_ERROR)    \
    X("a host's addresses", ADDRESS_BOGUS)    \
    X("a host's addresses", ADDRESS_INSECURE) \
    X("a host's addresses", ADDRESS_LIMIT)    \
    X("a host's addresses", ALIAS_ERROR)      \
    X("a host's addresses", ALIAS_BOGUS)      \
    X("a host's addresses", NO_ADDRESS)       \
    X("TLSA records", TLSA_ERROR)             \
    X("TLSA records", TLSA_BOGUS)             \
    X("TLSA records", TLSA_INSECURE)          \
    X("TLSA records", TLSA_ABSENT)            \
    X("TLSA records", TLSA_UNUSABLE)          \
    X("TLSA records", TLSA_USABLE)            \
    X("TLSA records", DANE_REQUIRED)          \
    X("the session", CONNECT_FAILED)          \
    X("the session", GREETING_REFUSED)        \
    X("the session", EHLO_REFUSED)            \
    X("the session", NO_STARTTLS)             \
    X("the session", STARTTLS_REFUSED)        \
    X("the session", STARTTLS_INJECTION)      \
    X("the session", TLS_HANDSHAKE)           \
    X("the session", TLSA_MISMATCH)           \
    X("the session", NAME_MISMATCH)           \
    X("the session", CHAIN_INVALID)           \
    X("the session", CHAIN_UNTRUSTED)         \
    X("the session", FINGERPRINT_MISMATCH)    \
    X("the session", PROTOCOL_ERROR)          \
    X("the session", TIMEOUT)                 \
    X("the session", CONNECTION_LOST)         \
    X("the session", SESSION_READY)           \
    X("the message", MAIL_REFUSED)            \
    X("the message", RCPT_REFUSED)            \
    X("the message", DATA_REFUSED)            \
    X("the message", MESSAGE_TOO_BIG)         \
    X("the message", NO_8BITMIME)             \
    X("the message", NO_SMTPUTF8)             \
    X("the message", NO_HOST_LEFT)            \
    X("the message", DELIVERED)               \
    X("the sender", LOCAL_POLICY)             \
    X("the sender", INTERNAL)

struct lab_reason {
    const char *about;
    const char *word;
};

/* The i-th row, or NULL behind the last. */
const struct lab_reason *lab_reason_at(size_t i);
bool lab_reason_known(const char *word);
/* The word that somebody who wrote this one most likely meant, or NULL. */
const char *lab_reason_near(const char *word);

#endif
