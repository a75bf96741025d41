/* cmd_report.c - danelab report and compare: runs as documents, and what changed between two. */
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/options.h"
#include "report/differ.h"
#include "report/document.h"

/* A run that did not end. */
enum { TRUNCATED = 5, EMBED_MB = 3 };

enum { FORMAT, OUTPUT, EMBED };

static const struct lab_option table[] = {
    [FORMAT] = {"format", "text|markdown|html|junit|tap|json", "as what (text)", 0},
    [OUTPUT] = {"output", "FILE", "in place of standard output; links are relative to it", 'o'},
    [EMBED] = {"embed", "MB", "html: how much evidence the page holds, the worst first (3)", 0},
    {NULL, NULL, NULL, 0},
};

/* In the order of the words of --format. */
typedef void write_report(const struct lab_reporting *r, struct lab_text *out);
static write_report *const reports[] = {lab_report_text,  lab_report_markdown, lab_report_html,
                                        lab_report_junit, lab_report_tap,      lab_report_json};

static int put_out(const char *file, const struct lab_text *text)
{
    struct lab_fault fault;

    if (file != NULL)
        return lab_file_write(file, text->text, text->len, &fault) == 0
                   ? 0
                   : lab_complaint(3, "%s", fault.what);
    (void)fwrite(text->text, 1, text->len, stdout);
    return 0;
}

/* A file beside the scenarios; exits if it is not there. */
static char *read_asset(const struct lab_paths *paths, const char *name)
{
    char *path = lab_format("%s/lab/report/%s", paths->source, name);
    struct lab_fault fault;
    char *text;

    if (lab_file_read(path, &text, NULL, &fault) != 0)
        exit(lab_complaint(3, "%s", fault.what));
    free(path);
    return text;
}

/* The directory that links are relative to; the caller frees it. */
static char *place_of(const char *output)
{
    char *copy = lab_strdup(output != NULL ? output : "x");
    char *dir = lab_strdup(dirname(copy));

    free(copy);
    return dir;
}

static int say_trouble(const struct lab_runs *runs)
{
    int rc = 0;

    for (size_t i = 0; i < runs->count; i++) {
        char *trouble = lab_ran_trouble(&runs->list[i]);

        if (trouble != NULL)
            (void)lab_complaint(0, "%s: the run %s", runs->list[i].dir, trouble);
        if (!lab_ran_whole(&runs->list[i]))
            rc = TRUNCATED;
        free(trouble);
    }
    return rc;
}

static int report(int format, const char *output, size_t embed, const struct lab_runs *runs)
{
    const struct lab_paths *paths = lab_paths_find();
    char *style = read_asset(paths, "page.css");
    char *script = read_asset(paths, "page.js");
    char *place = place_of(output);
    struct lab_rules rules;
    struct lab_reporting r = {
        .runs = runs, .rules = &rules, .style = style, .script = script, .embed = embed};
    struct lab_text text = {0};
    int rc;

    lab_suite_rules(paths, &rules);
    lab_ways_make(&r, place);
    reports[format](&r, &text);
    rc = put_out(output, &text);
    lab_ways_free(&r);
    lab_rules_free(&rules);
    free(text.text);
    free(place);
    free(script);
    free(style);
    return rc != 0 ? rc : say_trouble(runs);
}

int lab_cmd_report(int argc, char **argv)
{
    const char *got[LAB_COUNT(table)];
    struct lab_runs runs;
    struct lab_fault fault;
    long embed = EMBED_MB;
    int first, format;
    int rc = lab_options(argc, argv, table, "report [OPTION]... DIR...", got, &first);

    if (rc >= 0)
        return rc;
    format = lab_choice(&table[FORMAT], got[FORMAT]);
    if (format < 0)
        return 2;
    if (got[EMBED] != NULL && (embed = lab_number("embed", got[EMBED], 0, 1000)) < 0)
        return 2;
    if (first == argc)
        return lab_complaint(2, "report: expected the directories of runs");
    if (lab_runs_load(argv + first, (size_t)(argc - first), &runs, &fault) != 0)
        rc = lab_complaint(2, "%s", fault.what);
    else
        rc = report(format, got[OUTPUT], (size_t)embed << 20, &runs);
    lab_runs_free(&runs);
    return rc;
}

static int compare(const struct lab_runs *runs, int format)
{
    typedef void write_differ(const struct lab_differ *d, struct lab_text *out);
    static write_differ *const comparisons[] = {lab_differ_text, lab_differ_markdown};
    struct lab_differ d;
    struct lab_text text = {0};
    int rc;

    lab_differ_make(&runs->list[0], &runs->list[1], &d);
    comparisons[format](&d, &text);
    rc = put_out(NULL, &text);
    if (rc == 0)
        rc = lab_differ_status(&d);
    lab_differ_free(&d);
    free(text.text);
    return rc;
}

int lab_cmd_compare(int argc, char **argv)
{
    static const struct lab_option options[] = {{"format", "text|markdown", "as what (text)", 0},
                                                {NULL, NULL, NULL, 0}};
    const char *got[LAB_COUNT(options)];
    struct lab_runs runs;
    struct lab_fault fault;
    int first, format;
    int rc = lab_options(argc, argv, options, "compare [OPTION]... OLD NEW", got, &first);

    if (rc >= 0)
        return rc;
    format = lab_choice(&options[0], got[0]);
    if (format < 0)
        return 2;
    if (argc - first != 2)
        return lab_complaint(2, "compare: expected the directories of two runs, the older first");
    if (lab_runs_load(argv + first, 2, &runs, &fault) != 0)
        rc = lab_complaint(2, "%s", fault.what);
    else
        rc = compare(&runs, format);
    lab_runs_free(&runs);
    return rc;
}
