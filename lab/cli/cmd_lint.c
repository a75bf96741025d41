/* cmd_lint.c - danelab lint, new, coverage. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/options.h"

static const struct lab_option none[] = {{NULL, NULL, NULL, 0}};

static int lint_one(const struct lab_paths *paths, const char *root, size_t *count)
{
    struct lab_catalogue catalogue = {0};
    struct stat st;
    int faults =
        stat(root, &st) != 0 ? lab_complaint(-1, "%s: %s", root, strerror(errno))
        : S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)
            ? lab_suite_load(paths, root, &catalogue)
            : lab_complaint(-1, "%s: not a scenario; expected a file ID.yaml or a directory", root);

    *count += faults >= 0 ? catalogue.count : 0;
    lab_catalogue_free(&catalogue);
    return faults;
}

int lab_cmd_lint(int argc, char **argv)
{
    const struct lab_paths *paths = lab_paths_find();
    int first, faults = 0;
    size_t count = 0;
    int rc = lab_options(argc, argv, none, "lint [FILE|DIR]...", NULL, &first);

    if (rc >= 0)
        return rc;
    if (first == argc) {
        char *root = lab_format("%s/scenarios", paths->source);

        faults = lint_one(paths, root, &count);
        free(root);
    }
    for (int i = first; i < argc && faults >= 0; i++) {
        int n = lint_one(paths, argv[i], &count);

        faults = n < 0 ? n : faults + n;
    }
    if (faults < 0)
        return EX_NOINPUT;
    (void)printf("%zu scenario%s, %d fault%s\n", count, lab_plural(count), faults,
                 lab_plural((size_t)faults));
    return faults > 0 ? EX_DATAERR : 0;
}

int lab_cmd_new(int argc, char **argv)
{
    int first;
    int rc = lab_options(argc, argv, none, "new NAME > scenarios/NN-topic/NAME.yaml", NULL, &first);

    if (rc >= 0)
        return rc;
    if (argc - first != 1 ||
        strspn(argv[first], "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(argv[first]))
        return lab_complaint(2, "new: expected one id of lower-case letters, digits and hyphens");
    (void)printf("id: %s\n", argv[first]);
    (void)fputs(
        "title: \"One line that says what is special and what should happen\"\n"
        "rules: [R-7672-2.2-3]\n"
        "impact: leak\n"
        "tags: [dane]\n"
        "twin: dane-ee-match\n"
        "why: |\n"
        "  Why this branch exists, and what goes wrong in the world if a sender gets it wrong.\n"
        "world:\n"
        "  zones:\n"
        "    - records: |\n"
        "        @            MX    10 mx\n"
        "        mx           A     {a mx}\n"
        "        mx           AAAA  {aaaa mx}\n"
        "        _25._tcp.mx  TLSA  {tlsa mx.wrong 3 1 1}\n"
        "  hosts:\n"
        "    - {name: mx, cert: self-signed, smtp: starttls}\n"
        "prove:\n"
        "  - {dns: \"@ MX\", is: secure, answer: data}\n"
        "  - {dns: _25._tcp.mx TLSA, is: secure, answer: data}\n"
        "expect:\n"
        "  - profiles: [rfc7672, seed2013]\n"
        "    policies: [dane]\n"
        "    accept:\n"
        "      - {outcome: deferred}\n"
        "    reasons: [TLSA_MISMATCH]\n"
        "    forbid:\n"
        "      - {see: mail, at: mx}\n",
        stdout);
    return 0;
}

static void print_row(const struct lab_coverage *row, size_t *covered, size_t *explained,
                      size_t *bare)
{
    (void)printf("%-20s %-10s ", row->rule->id, row->rule->level);
    if (row->count > 0)
        ++*covered;
    else if (row->rule->unobservable != NULL)
        ++*explained;
    else
        ++*bare;
    for (size_t i = 0; i < row->count; i++)
        (void)printf("%s%s", i > 0 ? " " : "", row->ids[i]);
    if (row->count == 0)
        (void)printf(
            "%s%s", row->rule->unobservable != NULL ? "not on the wire: " : "NO SCENARIO: ",
            row->rule->unobservable != NULL ? row->rule->unobservable : row->rule->statement);
    (void)printf("\n");
}

int lab_cmd_coverage(int argc, char **argv)
{
    size_t covered = 0, explained = 0, bare = 0, count;
    struct lab_coverage *rows;
    struct lab_suite suite;
    struct lab_rules rules;
    int first;
    int rc = lab_options(argc, argv, none, "coverage", NULL, &first);

    if (rc >= 0)
        return rc;
    if (first < argc)
        return lab_complaint(2, "coverage takes no arguments");
    lab_suite_open(&suite);
    lab_suite_rules(suite.paths, &rules);
    count = lab_coverage_of(&rules, &suite.catalogue, &rows);
    for (size_t i = 0; i < count; i++)
        print_row(&rows[i], &covered, &explained, &bare);
    (void)printf(
        "%zu rule%s: %zu with scenarios, %zu that nothing on the wire can show, %zu without\n",
        count, lab_plural(count), covered, explained, bare);
    lab_coverage_free(rows, count);
    lab_rules_free(&rules);
    lab_suite_close(&suite);
    return 0;
}
