/* main.c - danelab: a table of subcommands. */
#include <stdio.h>
#include <string.h>

#include "base/streams.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/complete.h"
#include "cli/up.h"
#include "run/prove.h"

static int prove_worker(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return lab_prove_worker();
}

/* clang-format off */
static const struct {
    const char *name;
    const char *arguments;
    const char *says;  /* NULL: not for people */
    int (*run)(int argc, char **argv);
} commands[] = {
    {"run",      "[ID|GLOB|@FILE]...",   "replay scenarios against a sender and judge it",             lab_cmd_run},
    {"list",     "[ID|GLOB|@FILE]...",   "list scenarios",                                             lab_cmd_list},
    {"show",     "ID",                   "print a scenario's file",                                    lab_cmd_show},
    {"explain",  "ID|RULE",              "say what a scenario or a rule is about, in words",           lab_cmd_explain},
    {"lint",     "[FILE|DIR]...",        "check scenario files",                                       lab_cmd_lint},
    {"new",      "ID",                   "print the skeleton of a scenario",                           lab_cmd_new},
    {"fields",   "",                     "list the keys of a scenario file",                           lab_cmd_fields},
    {"hosts",    "",                     "list what fake mail hosts can do and show",                  lab_cmd_hosts},
    {"coverage", "",                     "list every rule with the scenarios that cover it",           lab_cmd_coverage},
    {"up",       "[ID|GLOB|@FILE]...",   "start a world that stays",                                   lab_cmd_up},
    {"exec",     "-- COMMAND...",        "run a command in the sender's place of that world",          lab_cmd_exec},
    {"shell",    "",                     "open a shell there",                                         lab_cmd_shell},
    {"down",     "",                     "end that world",                                             lab_cmd_down},
    {"adapter",  "check|fetch|new NAME", "try a sender with the controls, get it, begin one; or list",  lab_cmd_adapter},
    {"report",   "DIR...",               "runs as a matrix: text, Markdown, HTML, JUnit, TAP or JSON", lab_cmd_report},
    {"compare",  "OLD NEW",              "what changed from one run to another",                       lab_cmd_compare},
    {"replay",   "DIR [CASE|GLOB]...",   "judge the evidence of a run again, without running anything", lab_cmd_replay},
    {"merge",    "--out DIR DIR...",     "the records of several runs as one",                         lab_cmd_merge},
    {"bundle",   "DIR CASE...",          "the evidence of these cases as one archive",                 lab_cmd_bundle},
    {"states",   "[STATE|GLOB]...",      "list the DNS states that zones can be put into, or prove them", lab_cmd_states},
    {"selftest", "[FAULT]...",           "show that senders with known faults are caught",             lab_cmd_selftest},
    {"doctor",   "",                     "say what this machine lacks for the lab",                    lab_cmd_doctor},
    {"prove-worker", "",                 NULL,                                                         prove_worker},
};
/* clang-format on */

/* What the last word may become, one candidate a line. */
static int complete(int argc, char **argv)
{
    static char mark[] = LAB_COMPLETE;

    for (size_t i = 0; i < LAB_COUNT(commands); i++) {
        if (commands[i].says == NULL)
            continue;
        if (argc <= 2)
            lab_complete_offer(argc > 1 ? argv[1] : "", commands[i].name);
        else if (strcmp(commands[i].name, argv[1]) == 0) {
            argv[0] = argv[1];
            argv[1] = mark;
            return commands[i].run(argc, argv);
        }
    }
    return 0;
}

static void usage(FILE *out)
{
    (void)fputs("danelab - a private Internet that judges how mail senders do DANE\n\n", out);
    for (size_t i = 0; i < LAB_COUNT(commands); i++)
        if (commands[i].says != NULL)
            (void)fprintf(out, "  danelab %-9s %-20s %s\n", commands[i].name, commands[i].arguments,
                          commands[i].says);
    (void)fputs("\n`danelab COMMAND --help` lists a command's options, `danelab --version` says "
                "which this is. The "
                "manual page is danelab(1).\n",
                out);
}

static int run(int argc, char **argv)
{
    if (argc < 2) {
        usage(stderr);
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        usage(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        (void)puts("danelab " LAB_VERSION);
        return 0;
    }
    if (strcmp(argv[1], "complete") == 0)
        return complete(argc - 1, argv + 1);
    for (size_t i = 0; i < LAB_COUNT(commands); i++)
        if (strcmp(commands[i].name, argv[1]) == 0)
            return commands[i].run(argc - 1, argv + 1);
    return lab_complaint(2, "no command \"%s\"; danelab --help lists them", argv[1]);
}

int main(int argc, char **argv)
{
    lab_streams_occupy();
    return lab_streams_end(run(argc, argv));
}
