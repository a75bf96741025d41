/* test_reason.c - the reason words of the lab, and who else writes them down. */
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "check.h"
#include "model/verdict.h"
#include "scen/reason.h"

#define README "lab/adapters/README.md"

static char *text_of(const char *path)
{
    struct lab_fault fault;
    char *text;

    if (lab_file_read(path, &text, NULL, &fault) == 0)
        return text;
    check_str(fault.what, "");
    return lab_strdup("");
}

static void test_near(void)
{
    static const struct {
        const char *word, *near;
    } cases[] = {
        {"TLSA_MISMACH", "TLSA_MISMATCH"},  {"TSLA_BOGUS", "TLSA_BOGUS"}, {"MX_BOGOUS", "MX_BOGUS"},
        {"tlsa_mismatch", "TLSA_MISMATCH"}, {"OUT_OF_INK", NULL},         {"", NULL},
    };

    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        check_row(cases[i].word);
        check_true(!lab_reason_known(cases[i].word));
        check_str(lab_reason_near(cases[i].word), cases[i].near);
    }
}

/* The table of the document, as it must be. */
static char *table_text(void)
{
    struct lab_text t = {0};
    const char *about = "";

    for (size_t i = 0; lab_reason_at(i) != NULL; i++) {
        const struct lab_reason *r = lab_reason_at(i);

        check_row(r->word);
        check_true(lab_reason_known(r->word));
        if (strcmp(about, r->about) != 0)
            lab_text_put(&t, "%s| %s |", i > 0 ? " |\n" : "", r->about);
        lab_text_put(&t, " `%s`", r->word);
        about = r->about;
    }
    lab_text_put(&t, " |\n");
    return t.text;
}

static void test_document(void)
{
    char *want = table_text();
    char *text = text_of(README);
    const char *begin = strstr(text, "| of | words |\n|---|---|\n");
    const char *end = begin != NULL ? strstr(begin, "\n\n") : NULL;

    check_row(README);
    check_true(end != NULL);
    if (end != NULL) {
        begin += strlen("| of | words |\n|---|---|\n");
        text[end + 1 - text] = '\0';
        check_str(begin, want);
    }
    free(text);
    free(want);
}

/* What the engine says goes through its adapter as it is. */
static void test_engine(void)
{
    for (int r = DSMTP_REASON_NONE + 1; r < DSMTP_REASON_COUNT; r++) {
        check_row(dsmtp_reason_name((enum dsmtp_reason)r));
        check_true(lab_reason_known(dsmtp_reason_name((enum dsmtp_reason)r)));
    }
}

/* Rows are words of the sender, a tab, a reason word. */
static void check_table(const char *path)
{
    char *text = text_of(path);
    char *rest = text, *line;
    unsigned rows = 0;

    while ((line = strsep(&rest, "\n")) != NULL) {
        const char *tab = strchr(line, '\t');

        if (line[0] == '\0' || line[0] == '#')
            continue;
        rows++;
        check_rowf("%s: %s", path, line);
        check_true(tab != NULL && lab_reason_known(tab + 1));
    }
    check_row(path);
    check_true(rows > 0);
    free(text);
}

static void test_adapters(void)
{
    glob_t found = {0};

    check_int(glob("lab/adapters/*/reasons.tsv", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        check_table(found.gl_pathv[i]);
    globfree(&found);
}

static const struct check_test tests[] = {
    {"what a misspelt word was meant to be", test_near},
    {"the table of " README, test_document},
    {"the engine's are among them", test_engine},
    {"so are those of adapters' tables", test_adapters},
};
SUITE(reason, tests);
