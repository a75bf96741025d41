/* timeline.h - what happened in one case, on one clock: the sender's DNS questions and their
 * answers, its connections, what was said in them, and what it reports in the end. */
#ifndef LAB_RUN_TIMELINE_H
#define LAB_RUN_TIMELINE_H

#include "run/packets.h"

/* Events, in any order; zero-initialise it. */
struct lab_timeline {
    struct lab_event *list;
    size_t count;
};

/* ns: of the monotonic clock. actor: DNS, TCP, SMTP... The text is taken over. */
void lab_timeline_add(struct lab_timeline *t, int64_t ns, const char *actor, char *text);

/* DNS between sender and resolver, and connections that were not accepted. */
void lab_timeline_packets(struct lab_timeline *t, const struct lab_packet *const *packets,
                          size_t count);

/* The last event, whenever the one before it was. */
void lab_timeline_end(struct lab_timeline *t, const char *actor, char *text);

/* All events by time, a line each, counted from the first; the timeline is empty afterwards. */
void lab_timeline_write(struct lab_timeline *t, struct lab_text *out);

#endif
