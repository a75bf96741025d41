/* cmd_batch.c - danesmtp batch. */
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/batch.h"
#include "cli/commands.h"
#include "cli/limits.h"
#include "cli/say.h"
#include "cli/skip.h"
#include "cli/targets.h"

/* "plan" or "probe", or NULL after a message. */
static const char *which(const struct dsmtp_options *o)
{
    const char *word = o->argc > 0 ? o->argv[0] : "plan";

    if (o->argc > 1)
        (void)dsmtp_say_usage("batch",
                              "unexpected argument \"%.100s\"; targets are read from "
                              "standard input",
                              o->argv[1]);
    else if (strcmp(word, "plan") != 0 && strcmp(word, "probe") != 0)
        (void)dsmtp_say_usage("batch",
                              "unexpected argument \"%.100s\"; expected plan or probe, "
                              "and targets on standard input",
                              word);
    else if (o->tlsrpt != NULL && strcmp(word, "plan") == 0)
        (void)dsmtp_say_usage("batch", "option --tlsrpt: a plan has no sessions to report on; "
                                       "expected probe");
    else if (o->advise && strcmp(word, "plan") == 0)
        (void)dsmtp_say_usage("batch", "option --findings: a plan sees no servers; expected probe");
    else
        return word;
    return NULL;
}

static bool same_file(const char *path, int fd)
{
    struct stat a, b;

    return stat(path, &a) == 0 && fstat(fd, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

static int work(const struct dsmtp_options *o, struct dsmtp_batch_config config)
{
    struct dsmtp_setup setup;
    int status = dsmtp_cli_setup(&setup, o, "batch");

    config.setup = &setup;
    if (status == 0)
        status = dsmtp_limits_apply(&setup, o, config.run->mode == DSMTP_MODE_PROBE);
    if (status == 0)
        status = dsmtp_batch_run(&config);
    dsmtp_setup_close(&setup);
    return status;
}

int dsmtp_cmd_batch(const struct dsmtp_options *o)
{
    const char *command = which(o);
    struct dsmtp_run run = {.mode = DSMTP_MODE_PLAN, .advise = o->advise};
    struct dsmtp_nameset skip;
    struct dsmtp_targets targets;
    struct dsmtp_batch_config config = {.options = o,
                                        .run = &run,
                                        .command = command,
                                        .local = &targets.local,
                                        .skip = &skip,
                                        .in = STDIN_FILENO,
                                        .out = STDOUT_FILENO};
    bool cut = false;
    int status;

    if (command == NULL)
        return EX_USAGE;
    if (strcmp(command, "probe") == 0)
        run.mode = DSMTP_MODE_PROBE;
    dsmtp_nameset_init(&skip);
    status = dsmtp_targets_policy(&targets, o);
    if (status == 0 && o->skip_done != NULL)
        status = dsmtp_skip_read(o->skip_done, command, o->profile_name, &skip, &cut);
    config.fresh_line = cut && same_file(o->skip_done, STDOUT_FILENO);
    if (status == 0)
        status = work(o, config);
    dsmtp_nameset_free(&skip);
    dsmtp_targets_fini(&targets);
    return status;
}
