/* html.h - the parts of the HTML report. Private to report. */
#ifndef LAB_REPORT_HTML_H
#define LAB_REPORT_HTML_H

#include "base/escape.h"
#include "report/document.h"

/* Markup as it stands. */
void lab_html_raw(struct lab_text *t, const char *markup);
/* "<b class=...>FAIL:leak</b>". */
void lab_html_verdict(struct lab_text *t, const struct lab_entry *e);
/* A column head for each run: number and label. */
void lab_html_heads(struct lab_text *t, const struct lab_runs *runs);
/* A cell that leads to what a run has to say of a case; empty if there is none (NULL). */
void lab_html_cell(struct lab_text *t, const struct lab_entry *e, size_t run);
/* The number of something, and the word for it in the singular or plural. */
void lab_html_number(struct lab_text *t, size_t n, const char *one, const char *many);

void lab_html_wrong(const struct lab_reporting *r, struct lab_text *t);
void lab_html_matrix(const struct lab_reporting *r, struct lab_text *t);
void lab_html_rules(const struct lab_reporting *r, struct lab_text *t);
void lab_html_differences(const struct lab_reporting *r, struct lab_text *t);
void lab_html_cases(const struct lab_reporting *r, struct lab_text *t);

/* Everything that the folder of a case has to show, or NULL: there is none. The caller frees it. */
char *lab_html_evidence(const struct lab_reporting *r, size_t run, const struct lab_entry *e);
/* Links to its files, where they are. */
void lab_html_files(const struct lab_reporting *r, size_t run, const struct lab_entry *e,
                    struct lab_text *t);

#endif
