/* survey.h - what the publisher of a destination needs to know beyond what its mail needs: the
 * questions that the plan did not ask.
 *
 * Example: a host whose addresses are insecure is planned without any question for TLSA (RFC 7672,
 * section 2.2.2). Its records, if there are any, are of no use, and if its name servers answer such
 * questions with SERVFAIL somebody will stumble over it: the survey asks. */
#ifndef DSMTP_CORE_SURVEY_H
#define DSMTP_CORE_SURVEY_H

#include "core/discover.h"

/* More signing zones than this are not looked at. */
#define DSMTP_SURVEY_ZONES_MAX 16u

struct dsmtp_survey {
    struct dsmtp_arena *arena;
    const struct dsmtp_discover *search; /* whose plan is complete */
    struct dsmtp_question *questions;    /* all of them, in this order: */
    struct dsmtp_question *hosts;        /* TLSA, one for each host of the plan; without a name
                                            where none is asked */
    struct dsmtp_question *ds, *nsec3;   /* one for each zone */
    unsigned count, wanted;              /* questions; how many of them want is past */
    const struct dsmtp_signature *zones[DSMTP_SURVEY_ZONES_MAX]; /* by which secure answers were
                                                                     signed */
    unsigned zone_count;
};

/* Prepare. The search has its plan, and outlives the survey, as does the arena. DSMTP_NOMEM. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_survey_init(struct dsmtp_survey *survey,
                                                   struct dsmtp_arena *arena,
                                                   const struct dsmtp_discover *search);

/* The next question, or NULL: there is no other. All can be asked side by side. */
struct dsmtp_question *dsmtp_survey_want(struct dsmtp_survey *survey);

/* Keep a copy of the answer to a question. DSMTP_NOMEM. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_survey_feed(struct dsmtp_survey *survey,
                                                   struct dsmtp_question *question,
                                                   const struct dsmtp_answer *answer);

#endif
