/* manual.h - a resolver that answers when the test says so. */
#ifndef TESTS_FAKES_MANUAL_H
#define TESTS_FAKES_MANUAL_H

#include "port/resolver.h"

#define FAKE_MANUAL_MAX 16u

struct fake_manual {
    struct {
        char name[300];
        enum dsmtp_rrtype type;
        dsmtp_answer_fn *done;
        void *arg; /* NULL: answered or forgotten */
    } questions[FAKE_MANUAL_MAX];
    unsigned asked, forgotten, closed;
    unsigned
        refuse; /* the question of this number (from 1) is refused with DSMTP_SYSTEM; 0: none */
};

/* The port; fake outlives it. */
struct dsmtp_resolver fake_manual_port(struct fake_manual *fake);

/* Answer question i: with security, presence and that record if there is one, or as failed, with
 * the words "inner words". */
void fake_manual_answer(struct fake_manual *fake, unsigned i, enum dsmtp_security security,
                        enum dsmtp_presence presence, const char *record, size_t len);

#endif
