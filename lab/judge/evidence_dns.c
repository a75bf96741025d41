/* evidence_dns.c - one line of Unbound's query log, or of the questions that a run has kept. */
#include <ctype.h>
#include <string.h>

#include "judge/evidence_internal.h"

static const char zone[] = ".example.";

/* The label before "example.", up to "--". */
const char *lab_evidence_owner(const char *name, size_t *len)
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
    id = lab_evidence_owner(name, &len);
    if (id == NULL)
        return;
    c = lab_evidence_case_of(index, id, len);
    c->queries = lab_realloc(c->queries, c->queries_count + 1, sizeof(*c->queries));
    c->queries[c->queries_count++] = (struct lab_query){name, type};
}

/* "client @0x7f 127.0.0.1#4711 (NAME): query: NAME IN TYPE +E(0)D (127.0.0.1)", as named has it. */
static int read_named_line(struct lab_evidence_index *index, char *line, char *rest,
                           struct lab_fault *fault)
{
    char *name = strsep(&rest, " ");
    const char *class = strsep(&rest, " ");
    const char *type = strsep(&rest, " ");
    size_t len = strlen(name);

    if (type == NULL || rest == NULL || len == 0 || *type == '\0' || strlen(class) < 2)
        return lab_fail(fault, EX_DATAERR, "not a query line; expected query: NAME CLASS TYPE");
    if (strstr(line, " 127.0.0.1#") == NULL && strstr(line, " ::1#") == NULL)
        return 0;
    if (name[len - 1] != '.') {
        name[len] = '.'; /* there is room: the class came behind it */
        name[len + 1] = '\0';
    }
    add_question(index, name, type);
    return 0;
}

int lab_read_dns_line(struct lab_evidence_index *index, char *line, struct lab_fault *fault)
{
    static const char tag[] = "] query: ";
    static const char named[] = "): query: ";
    char *rest = strstr(line, named);
    char *peer;
    char *name;
    char *type;

    if (rest != NULL)
        return read_named_line(index, line, rest + sizeof(named) - 1, fault);
    rest = strstr(line, tag);
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
