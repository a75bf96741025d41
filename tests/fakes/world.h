/* world.h - DNS answers from a table: what a resolver would say, written as text.
 *
 * A record line holds the whole answer to one question. data, one record after the other, separated
 * by ';': MX    "10 mx1.d.example; 20 ." (or "raw HEX")     A, AAAA  "198.18.0.1; 198.18.0.2" TLSA
 * "311; 201" - usage, selector, matching type; the data is of the right length and the same for all
 * of a kind; "311/20" has 20 octets A question that the table does not answer gets a secure NODATA.
 */
#ifndef TESTS_FAKES_WORLD_H
#define TESTS_FAKES_WORLD_H

#include "model/record.h"

enum { FAKE_RECORDS_MAX = 300, FAKE_OCTETS_MAX = 20000 };

struct fake_record {
    const char *name;
    enum dsmtp_rrtype type;
    enum dsmtp_security security;
    enum dsmtp_presence presence;
    const char *data;
    const char *canonical;
    unsigned aliases; /* on the way to canonical; 0: one */
};

struct fake_world {
    const struct fake_record *records;
    unsigned count;
};

/* An answer and all that it points to. */
struct fake_reply {
    struct dsmtp_answer answer;
    struct dsmtp_rdata records[FAKE_RECORDS_MAX];
    uint8_t octets[FAKE_OCTETS_MAX];
    size_t used;
};

/* Fill out; a table that cannot be read aborts. */
void fake_answer(const struct fake_world *world, const struct dsmtp_query *query,
                 struct fake_reply *out);

/* The same from one line that need not bear the question's name. */
void fake_answer_from(const struct fake_record *record, const struct dsmtp_query *query,
                      struct fake_reply *out);

#endif
