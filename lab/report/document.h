/* document.h - one or several runs as a document. Everything comes from run.jsonl and from the
 * folders of evidence beside it. */
#ifndef LAB_REPORT_DOCUMENT_H
#define LAB_REPORT_DOCUMENT_H

#include "report/runs.h"
#include "scen/rules.h"

struct lab_reporting {
    const struct lab_runs *runs;
    const struct lab_rules *rules; /* the catalogue */
    char **ways;                   /* to the directory of each run, fit for a link */
    const char *style, *script;    /* page.css and page.js: HTML only */
    size_t embed;                  /* HTML: so many octets of evidence at most, the worst first */
};

/* Fill ways, for a document in the directory from; release with lab_ways_free. */
void lab_ways_make(struct lab_reporting *r, const char *from);
void lab_ways_free(struct lab_reporting *r);

/* Appended to out: */
void lab_report_text(const struct lab_reporting *r, struct lab_text *out);
void lab_report_markdown(const struct lab_reporting *r, struct lab_text *out);
/* Failures are <failure>, what the lab or the adapter broke <error>, what was not judged and what
 * is known <skipped>; a run that did not end is an <error> of its own. */
void lab_report_junit(const struct lab_reporting *r, struct lab_text *out);
/* Version 13. Known failures are "not ok" with a directive that does not count, what was not judged
 * is skipped, a run that did not end bails out. */
void lab_report_tap(const struct lab_reporting *r, struct lab_text *out);
/* One object: lab/report.schema.json. */
void lab_report_json(const struct lab_reporting *r, struct lab_text *out);
/* One file that needs no other and no network, and no script to be read. */
void lab_report_html(const struct lab_reporting *r, struct lab_text *out);

/* --- what the formats share */

/* A link to a file of a case's evidence, or NULL: it is not there. The caller frees it. */
char *lab_evidence_link(const struct lab_reporting *r, size_t run, const struct lab_entry *e,
                        const char *file);
/* "did not end: ..." or another reason why what a run says is not all, or not to be trusted; NULL:
 * there is none. The caller frees it. */
char *lab_ran_trouble(const struct lab_ran *ran);
/* Why it is as it is, in one line: known and its reference, or what decided. The caller frees it.
 */
char *lab_entry_why(const struct lab_entry *e);
/* The entries that a list of failures has, as rows and runs, the worst first; the number is
 * returned. The caller frees *out. */
struct lab_spot {
    const struct lab_row *row;
    size_t run;
    const struct lab_entry *entry;
};
size_t lab_spots_make(const struct lab_runs *runs, bool (*wanted)(const struct lab_entry *e),
                      struct lab_spot **out);
bool lab_is_wrong(const struct lab_entry *e);
bool lab_is_known(const struct lab_entry *e);
bool lab_is_any(const struct lab_entry *e);

/* A rule and the rows whose cases cite it. */
struct lab_cover {
    const struct lab_rule *rule;
    const struct lab_row **rows;
    size_t count;
};
/* Each rule that is cited or that scenarios ought to cover, in the catalogue's order; the number is
 * returned. Release with lab_covers_free. */
size_t lab_covers_make(const struct lab_reporting *r, struct lab_cover **out);
void lab_covers_free(struct lab_cover *covers, size_t count);
/* The worse of two, the first if neither is; NULL is no entry. */
const struct lab_entry *lab_entry_worse(const struct lab_entry *a, const struct lab_entry *b);
/* The worst entry of a run among these rows; NULL: none of them is in it. */
const struct lab_entry *lab_cover_worst(const struct lab_cover *c, size_t run);

#endif
