/* cmd_plan.c - danesmtp plan and danesmtp probe. */
#include "cli/commands.h"
#include "cli/ordered.h"
#include "cli/targets.h"

static int run(const struct dsmtp_options *options, const char *command, enum dsmtp_mode mode)
{
    const struct dsmtp_run job = {.mode = mode, .advise = mode == DSMTP_MODE_PROBE};
    struct dsmtp_targets targets;
    struct dsmtp_setup setup;
    int status = dsmtp_targets_plan(&targets, options, command);

    if (status == 0) {
        status = dsmtp_cli_setup(&setup, options, command);
        if (status == 0)
            status = dsmtp_ordered_run(&setup, options, &job, targets.tasks, targets.count);
        dsmtp_setup_close(&setup);
    }
    dsmtp_targets_fini(&targets);
    return status;
}

int dsmtp_cmd_plan(const struct dsmtp_options *options)
{
    return run(options, "plan", DSMTP_MODE_PLAN);
}

int dsmtp_cmd_probe(const struct dsmtp_options *options)
{
    return run(options, "probe", DSMTP_MODE_PROBE);
}
