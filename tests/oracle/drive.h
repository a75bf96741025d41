/* drive.h - lets the engine loose in a world, and says where it and the oracle disagree. */
#ifndef TESTS_ORACLE_DRIVE_H
#define TESTS_ORACLE_DRIVE_H

#include "oracle/world.h"
#include "run/job.h"

/* What the engine came to. */
struct drive {
    struct world world;
    enum dsmtp_status status;
    unsigned ended; /* how often it said so */
    bool idle;      /* nothing was left open */
    enum dsmtp_verdict verdict;
    bool same_for_all;          /* the verdict is the same for each recipient */
    bool planned[ORACLE_HOSTS]; /* the host is in the plan: */
    enum dsmtp_level level[ORACLE_HOSTS];
    bool wrong_marks; /* a record is called usable, unusable or of a usage against the oracle */
};

/* Does the engine know a profile of this name? */
bool drive_knows(enum oracle_profile profile);

/* Run. The state must outlive the drive; world and plan are read afterwards. */
void drive(const struct oracle_state *state, unsigned shape, enum dsmtp_mode mode,
           struct drive *out);

/* Let later runs tell this of each rule that is applied; NULL: nothing. */
void drive_trace(void (*trace)(void *arg, const char *target, const char *subject, const char *what,
                               const char *rules));

/* The first disagreement in words, or "" if there is none. */
enum { DRIVE_TEXT_SIZE = 400 };
void drive_compare(const struct drive *seen, enum dsmtp_mode mode, char out[DRIVE_TEXT_SIZE]);

/* Does the same state in another shape come to something else? */
void drive_compare_shape(const struct drive *plain, const struct drive *shaped,
                         char out[DRIVE_TEXT_SIZE]);

/* Is the mail less protected after one input has failed than before? */
void drive_compare_failed(const struct drive *before, const struct drive *after,
                          char out[DRIVE_TEXT_SIZE]);

#endif
