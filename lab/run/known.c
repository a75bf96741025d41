/* known.c - the rows of known.h. */
#include "run/known.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

enum { CASES, VERDICT, OUTCOME, VERSIONS, PROFILES, REFERENCE, WHY, FIELDS };

static const char *const titles[FIELDS] = {"case",     "verdict",   "outcome", "versions",
                                           "profiles", "reference", "why"};

/* Cut line at its tabs; returns the number of fields. */
static size_t cut(char *line, char *fields[FIELDS])
{
    char *rest = line;
    char *field;
    size_t count = 0;

    while ((field = strsep(&rest, "\t")) != NULL) {
        if (count < FIELDS)
            fields[count] = field;
        count++;
    }
    return count;
}

/* What a row may say of a sender; the rest says something of the lab. */
static bool is_senders(enum lab_verdict v)
{
    return v != LAB_V_PASS && v <= LAB_V_CRASH;
}

static int take_row(struct lab_knowns *out, char *line, unsigned number, struct lab_fault *fault)
{
    struct lab_known row = {.line = number};
    char *f[FIELDS];
    size_t count = cut(line, f);

    if (count != FIELDS)
        return lab_fail(fault, EX_DATAERR, "%s:%u: %zu fields; expected %d, tab separated",
                        out->path, number, count, FIELDS);
    for (size_t i = 0; i < FIELDS; i++)
        if (f[i][0] == '\0')
            return lab_fail(fault, EX_DATAERR, "%s:%u: field %zu is empty; expected the %s",
                            out->path, number, i + 1, titles[i]);
    if (!lab_verdict_find(f[VERDICT], &row.verdict) || !is_senders(row.verdict))
        return lab_fail(fault, EX_DATAERR,
                        "%s:%u: \"%s\" is no verdict on a sender; expected one such as FAIL:lost",
                        out->path, number, f[VERDICT]);
    if (!lab_report_outcome_find(f[OUTCOME], &row.outcome))
        return lab_fail(fault, EX_DATAERR,
                        "%s:%u: \"%s\" is no outcome; expected delivered, deferred, bounced, "
                        "queued, none or crashed; of a checker verified, no-dane or refused",
                        out->path, number, f[OUTCOME]);
    row.cases = f[CASES];
    row.versions = f[VERSIONS];
    row.profiles = f[PROFILES];
    row.reference = f[REFERENCE];
    row.why = f[WHY];
    out->list = lab_realloc(out->list, out->count + 1, sizeof(*out->list));
    out->list[out->count++] = row;
    return 0;
}

static int take_header(const char *path, char *line, unsigned number, struct lab_fault *fault)
{
    char *f[FIELDS];
    size_t count = cut(line, f);
    bool good = count == FIELDS;

    for (size_t i = 0; good && i < FIELDS; i++)
        good = strcmp(f[i], titles[i]) == 0;
    return good ? 0
                : lab_fail(fault, EX_DATAERR,
                           "%s:%u: no header; expected case, verdict, outcome, versions, profiles, "
                           "reference, why, tab separated",
                           path, number);
}

int lab_knowns_load(const char *path, struct lab_knowns *out, struct lab_fault *fault)
{
    char *rest, *line;
    unsigned number = 0;
    bool begun = false;
    int rc;

    memset(out, 0, sizeof(*out));
    out->path = lab_strdup(path);
    rc = lab_file_read(path, &out->text, NULL, fault);
    for (rest = out->text; rc == 0 && (line = strsep(&rest, "\n")) != NULL;) {
        number++;
        if (line[0] == '\0' || line[0] == '#')
            continue;
        rc = begun ? take_row(out, line, number, fault) : take_header(path, line, number, fault);
        begun = true;
    }
    if (rc != 0)
        lab_knowns_free(out);
    return rc;
}

void lab_knowns_free(struct lab_knowns *knowns)
{
    free(knowns->list);
    free(knowns->text);
    free(knowns->path);
    memset(knowns, 0, sizeof(*knowns));
}

/* The first row for this case, or NULL. */
static const struct lab_known *find(const struct lab_knowns *knowns, const char *name,
                                    const char *version, const char *profile)
{
    for (size_t i = 0; i < knowns->count; i++) {
        const struct lab_known *row = &knowns->list[i];

        if (fnmatch(row->cases, name, 0) == 0 && fnmatch(row->versions, version, 0) == 0 &&
            fnmatch(row->profiles, profile, 0) == 0)
            return row;
    }
    return NULL;
}

void lab_known_apply(const struct lab_knowns *knowns, const char *version, const char *profile,
                     struct lab_case *k)
{
    const struct lab_known *row;

    if (knowns == NULL || k->judgement.verdict > LAB_V_CRASH)
        return;
    row = find(knowns, k->name, version, profile);
    if (row == NULL)
        return;
    k->known = row;
    k->stale = row->verdict != k->judgement.verdict || row->outcome != k->outcome;
}
