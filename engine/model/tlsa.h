/* tlsa.h - one TLSA record (RFC 6698, section 2.1) and whether this client can use it. */
#ifndef DSMTP_MODEL_TLSA_H
#define DSMTP_MODEL_TLSA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* Why a record is unusable (RFC 6698, section 4.1; RFC 7671, sections 2 and 4). X(name, word) */
#define DSMTP_UNUSABLE_LIST(X)                           \
    X(NO, "usable")                                      \
    X(SHORT, "rdata shorter than four octets")           \
    X(USAGE, "certificate usage not supported for SMTP") \
    X(SELECTOR, "unknown selector")                      \
    X(MATCHING, "unknown matching type")                 \
    X(LENGTH, "digest of the wrong length")              \
    X(FULL_DATA, "association data is not a DER object") \
    X(DUPLICATE, "the same as a record before it")       \
    X(WEAKER_DIGEST, "a stronger digest is published for the same usage and selector")

enum dsmtp_unusable {
#define X(name, word) DSMTP_UNUSABLE_##name,
    DSMTP_UNUSABLE_LIST(X)
#undef X
        DSMTP_UNUSABLE_COUNT
};
const char *dsmtp_unusable_text(enum dsmtp_unusable v);

/* Certificate usages by their acronyms (RFC 7218, section 2.1). */
enum dsmtp_usage { DSMTP_PKIX_TA, DSMTP_PKIX_EE, DSMTP_DANE_TA, DSMTP_DANE_EE };

struct dsmtp_tlsa {
    uint8_t usage;
    uint8_t selector;
    uint8_t matching;
    const uint8_t *data; /* association data; points into the rdata */
    size_t len;
    uint8_t effective_usage; /* what it is evaluated as: 2 or 3 when usable */
    enum dsmtp_unusable why; /* DSMTP_UNUSABLE_NO: usable */
};

/* Split rdata into its fields. Shorter than four octets is no error: the record comes out with why
 * SHORT and the octets that exist. effective_usage is set to usage. */
struct dsmtp_tlsa dsmtp_tlsa_split(const uint8_t *rdata, size_t len);

/* Is it usable, or put out of use only by a stronger digest beside it? */
bool dsmtp_tlsa_is_sound(const struct dsmtp_tlsa *record);

/* The value of a hex digit; -1: it is none. */
int dsmtp_hex_value(char c);

/* Is one of these usable? And one of usage 2, so that names count (RFC 7672, section 3.1.2)? */
bool dsmtp_tlsa_any_usable(const struct dsmtp_tlsa *list, unsigned count);
bool dsmtp_tlsa_any_anchor(const struct dsmtp_tlsa *list, unsigned count);

/* "3 1 1 HEX" to a record; the octets go to data (room octets). DSMTP_SYNTAX, DSMTP_TOOBIG. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_tlsa_from_text(const char *text, uint8_t *data, size_t room,
                                                      struct dsmtp_tlsa *out);

#endif
