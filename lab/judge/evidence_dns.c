/* evidence_dns.c - one line of Unbound's query log, or of the questions that a run has kept. */
#include <ctype.h>
#include <string.h>

#include "judge/evidence_internal.h"

static const char zone[] = ".example.";

/* The scenario in whose domain name is: the label before "example.", up to "--". NULL: none. */
static const char *owner_of(const char *name, size_t *len)
{
    size_t whole = strlen(name);
    const char *end = name + whole - (sizeof(zone) - 1);
    const char *label = end;
    const char *word;

    if (whole <= sizeof(zone) - 1 || strcmp(end, zone) != 0)
        return NULL;
    while (label > name && label[-1] != '.')
        label--;
    word = strstr(label, "--");
    *len = (size_t)((word != NULL && word < end ? word : end) - label);
    return *len > 0 ? label : NULL;
}

static void add_question(struct lab_evidence_index *index, char *name, const char *type)
{
    struct lab_evidence_case *c;
    const char *id;
    size_t len;

    for (char *p = name; *p != '\0'; p++)
        *p = (char)tolower((unsigned char)*p);
    id = owner_of(name, &len);
    if (id == NULL)
        return;
    c = lab_evidence_case_of(index, id, len);
    c->queries = lab_realloc(c->queries, c->queries_count + 1, sizeof(*c->queries));
    c->queries[c->queries_count++] = (struct lab_query){name, type};
}

int lab_read_dns_line(struct lab_evidence_index *index, char *line, struct lab_fault *fault)
{
    static const char tag[] = "] query: ";
    char *rest = strstr(line, tag);
    char *peer;
    char *name;
    char *type;

    if (rest == NULL)
        return 0; /* replies, statistics, messages of the daemon */
    rest += sizeof(tag) - 1;
    peer = strsep(&rest, " ");
    name = strsep(&rest, " ");
    type = strsep(&rest, " ");
    if (type == NULL || rest == NULL || *name == '\0' || *type == '\0')
        return lab_fail(fault, EX_DATAERR,
                        "not a query line; expected query: ADDRESS NAME TYPE CLASS");
    if (strcmp(peer, "127.0.0.1") == 0 || strcmp(peer, "::1") == 0)
        add_question(index, name, type);
    return 0;
}

int lab_read_question_line(struct lab_evidence_index *index, char *line, struct lab_fault *fault)
{
    char *type = line;
    char *name = strsep(&type, " ");

    if (type == NULL || *name == '\0' || *type == '\0')
        return lab_fail(fault, EX_DATAERR, "not a question; expected NAME TYPE");
    add_question(index, name, type);
    return 0;
}
