/* evidence_internal.h - the index that the two readers fill. Private to judge. */
#ifndef LAB_JUDGE_EVIDENCE_INTERNAL_H
#define LAB_JUDGE_EVIDENCE_INTERNAL_H

#include <jansson.h>

#include "judge/evidence.h"

#define LAB_BUCKETS 1024

struct lab_evidence_case {
    char *id;
    struct lab_session *sessions;
    unsigned sessions_count;
    struct lab_query *queries;
    unsigned queries_count;
    struct lab_evidence_case *next; /* same bucket */
};

/* Where a connection's session is. */
struct lab_conn {
    unsigned conn;
    struct lab_evidence_case *of;
    unsigned index;
};

struct lab_evidence_index {
    struct lab_evidence_case *buckets[LAB_BUCKETS];
    struct lab_conn *conns; /* in order of conn */
    size_t conns_count;
    size_t conns_room;
    json_t *lines;  /* array of the SMTP events whose strings the sessions point at */
    char *dns_text; /* the names of the questions point into it */
};

/* The case of the id of len letters, made if need be. */
struct lab_evidence_case *lab_evidence_case_of(struct lab_evidence_index *index, const char *id,
                                               size_t len);

/* One line, without its end. */
LAB_MUST_USE int lab_read_smtp_line(struct lab_evidence_index *index, char *line,
                                    struct lab_fault *fault);
LAB_MUST_USE int lab_read_dns_line(struct lab_evidence_index *index, char *line,
                                   struct lab_fault *fault);
LAB_MUST_USE int lab_read_question_line(struct lab_evidence_index *index, char *line,
                                        struct lab_fault *fault);

#endif
