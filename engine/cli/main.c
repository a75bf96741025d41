/* main.c - danesmtp: commands and usage. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/complete.h"
#include "cli/options.h"
#include "cli/say.h"
#include "cli/status.h"

struct command {
    const char *name;
    enum dsmtp_takes takes;
    int (*run)(const struct dsmtp_options *options);
    const char *arguments;
    const char *says;
};

/* clang-format off */
static const struct command commands[] = {
    {"plan",   DSMTP_TAKES_PLAN,   dsmtp_cmd_plan,   "TARGET...",                              "what DNS says: hosts, levels, records, names, reasons"},
    {"probe",  DSMTP_TAKES_PROBE,  dsmtp_cmd_probe,  "TARGET...",                              "the same, then try every host and address; no mail; findings for the publisher"},
    {"send",   DSMTP_TAKES_SEND,   dsmtp_cmd_send,   "-f SENDER RECIPIENT... < MESSAGE",       "deliver a message"},
    {"batch",  DSMTP_TAKES_BATCH,  dsmtp_cmd_batch,  "[plan|probe] < TARGETS",                 "plan or probe many targets, one a line; one JSON object a line"},
    {"verify", DSMTP_TAKES_VERIFY, dsmtp_cmd_verify, "--chain FILE --tlsa 'U S M HEX'...",     "authenticate certificates offline"},
    {"tables", DSMTP_TAKES_TABLES, dsmtp_cmd_tables, "[--diff PROFILE PROFILE]",               "the decision tables"},
};
/* clang-format on */

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_usage(FILE *to)
{
    (void)fputs("usage: danesmtp COMMAND [OPTION]... [ARGUMENT]...\n\ncommands:\n", to);
    for (unsigned i = 0; i < COMMANDS; i++)
        (void)fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].says);
    (void)fputs("\n\"danesmtp COMMAND --help\" lists the options of a command, \"danesmtp "
                "--version\" says which this is; see also danesmtp(1).\n",
                to);
}

static void print_help(const struct command *command)
{
    (void)printf("usage: danesmtp %s [OPTION]... %s\n%s\n\noptions:\n", command->name,
                 command->arguments, command->says);
    dsmtp_options_print(stdout, command->takes);
    if ((command->takes & (DSMTP_TAKES_PLAN | DSMTP_TAKES_PROBE | DSMTP_TAKES_BATCH)) != 0)
        (void)fputs("\nTARGET is a domain, [HOST], [192.0.2.1] or [IPv6:2001:db8::1], each with "
                    ":PORT if it is not 25.\n",
                    stdout);
}

static const struct command *find(const char *name)
{
    for (unsigned i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

/* What the last of these words may become, one candidate a line. */
static int complete(int count, char **words)
{
    const struct command *command = count > 1 ? find(words[0]) : NULL;

    if (command != NULL)
        dsmtp_complete(command->takes, command->arguments, count - 1, words + 1);
    for (unsigned i = 0; count <= 1 && i < COMMANDS; i++)
        dsmtp_complete_offer(count > 0 ? words[0] : "", commands[i].name);
    return EX_OK;
}

static int run(const struct command *command, int argc, char **argv)
{
    struct dsmtp_options options;
    int status = dsmtp_options_parse(&options, command->takes, argc, argv);

    if (status == 0 && options.help)
        print_help(command);
    else if (status == 0)
        status = command->run(&options);
    dsmtp_options_fini(&options);
    return dsmtp_status_flush(status);
}

/* A standard stream that is closed would be the first file or socket that is opened. So something
 * else stands there, which can be neither read nor written in the direction of the stream. */
static void occupy_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int main(int argc, char **argv)
{
    const struct command *command;

    occupy_streams();
    if (argc < 2) {
        print_usage(stderr);
        return EX_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_usage(stdout);
        return dsmtp_status_flush(EX_OK);
    }
    if (strcmp(argv[1], "--version") == 0) {
        (void)puts("danesmtp " DSMTP_VERSION);
        return dsmtp_status_flush(EX_OK);
    }
    if (strcmp(argv[1], "complete") == 0)
        return dsmtp_status_flush(complete(argc - 2, argv + 2));
    command = find(argv[1]);
    if (command == NULL)
        return dsmtp_say_usage(NULL, "no command \"%.100s\"", argv[1]);
    return run(command, argc - 1, argv + 1);
}
