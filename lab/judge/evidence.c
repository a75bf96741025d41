/* evidence.c - reading the logs from where they were, and finding the evidence of a scenario. */
#include "judge/evidence.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "judge/evidence_internal.h"

static int length_of(const char *path, size_t *out, struct lab_fault *fault)
{
    struct stat st;

    *out = 0;
    if (stat(path, &st) == 0)
        *out = (size_t)st.st_size;
    else if (errno != ENOENT)
        return lab_fail_errno(fault, "%s", path);
    return 0;
}

int lab_evidence_now(const char *smtp_log, const char *dns_log, struct lab_evidence_from *out,
                     struct lab_fault *fault)
{
    out->gaps = NULL;
    out->gaps_count = 0;
    return length_of(smtp_log, &out->smtp, fault) != 0 || length_of(dns_log, &out->dns, fault) != 0
               ? -1
               : 0;
}

struct lab_evidence_case *lab_evidence_case_of(struct lab_evidence_index *index, const char *id,
                                               size_t len)
{
    uint32_t h = 2166136261U;
    struct lab_evidence_case **at;

    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)id[i]) * 16777619U;
    at = &index->buckets[h % LAB_BUCKETS];
    while (*at != NULL && (strncmp((*at)->id, id, len) != 0 || (*at)->id[len] != '\0'))
        at = &(*at)->next;
    if (*at == NULL) {
        *at = lab_calloc(1, sizeof(**at));
        (*at)->id = lab_strndup(id, len);
    }
    return *at;
}

/* Give every whole line from the offset on to read. *keep becomes the text, which the lines may
 * point into. */
typedef int line_reader(struct lab_evidence_index *index, char *line, struct lab_fault *fault);

struct log_part {
    const char *path;
    const struct lab_evidence_from *from;
    bool dns; /* which of the two logs */
};

/* Was the line at this octet written while the lab itself was asking? */
static bool in_gap(const struct log_part *log, size_t at)
{
    for (size_t i = 0; i < log->from->gaps_count; i++) {
        const struct lab_evidence_gap *g = &log->from->gaps[i];

        if (log->dns ? at >= g->dns && at < g->dns_end : at >= g->smtp && at < g->smtp_end)
            return true;
    }
    return false;
}

static int read_lines(struct lab_evidence_index *index, const struct log_part *log, char **keep,
                      line_reader *read, struct lab_fault *fault)
{
    const size_t from = log->dns ? log->from->dns : log->from->smtp;
    const char *path = log->path;
    struct lab_fault inner;
    size_t len;
    char *at;
    char *end;

    if (lab_file_read(path, keep, &len, fault) != 0)
        return -1;
    if (from > len)
        return lab_fail(fault, EX_DATAERR,
                        "%s: %zu octets, but it had %zu before; expected it to grow", path, len,
                        from);
    for (at = *keep + from; (end = memchr(at, '\n', (size_t)(*keep + len - at))) != NULL;
         at = end + 1) {
        *end = '\0';
        if (!in_gap(log, (size_t)(at - *keep)) && read(index, at, &inner) != 0)
            return lab_fail(fault, EX_DATAERR, "%s: octet %zu: %s", path, (size_t)(at - *keep),
                            inner.what);
    }
    return 0;
}

static int open_index(const char *smtp_log, const char *dns_log, struct lab_evidence_from from,
                      line_reader *read_dns, struct lab_evidence_index **out,
                      struct lab_fault *fault)
{
    const struct log_part smtp = {smtp_log, &from, false};
    const struct log_part dns = {dns_log, &from, true};
    struct lab_evidence_index *index = lab_calloc(1, sizeof(*index));
    char *smtp_text = NULL;
    int failed;

    index->lines = json_array();
    failed = read_lines(index, &smtp, &smtp_text, lab_read_smtp_line, fault) != 0 ||
             read_lines(index, &dns, &index->dns_text, read_dns, fault) != 0;
    free(smtp_text);
    if (failed) {
        lab_evidence_close(&index);
        return -1;
    }
    *out = index;
    return 0;
}

int lab_evidence_collect(const char *smtp_log, const char *dns_log, struct lab_evidence_from from,
                         struct lab_evidence_index **out, struct lab_fault *fault)
{
    return open_index(smtp_log, dns_log, from, lab_read_dns_line, out, fault);
}

int lab_evidence_reopen(const char *smtp_lines, const char *questions,
                        struct lab_evidence_index **out, struct lab_fault *fault)
{
    const struct lab_evidence_from start = {0, 0, NULL, 0};

    return open_index(smtp_lines, questions, start, lab_read_question_line, out, fault);
}

void lab_evidence_of(struct lab_evidence_index *index, const char *id, struct lab_evidence *out)
{
    struct lab_evidence_case *c = lab_evidence_case_of(index, id, strlen(id));

    *out = (struct lab_evidence){
        .sessions = c->sessions,
        .sessions_count = c->sessions_count,
        .queries = c->queries,
        .queries_count = c->queries_count,
        .report = {.outcome = LAB_R_NONE},
    };
}

void lab_evidence_close(struct lab_evidence_index **index)
{
    if (*index == NULL)
        return;
    for (size_t i = 0; i < LAB_BUCKETS; i++) {
        struct lab_evidence_case *c = (*index)->buckets[i];

        while (c != NULL) {
            struct lab_evidence_case *next = c->next;

            free(c->id);
            free(c->sessions);
            free(c->queries);
            free(c);
            c = next;
        }
    }
    json_decref((*index)->lines);
    free((*index)->conns);
    free((*index)->dns_text);
    free(*index);
    *index = NULL;
}
