/* cmd_tables.c - danesmtp tables. */
#include <sysexits.h>

#include "cli/commands.h"
#include "cli/say.h"
#include "report/tables.h"

static const struct dsmtp_profile *find(const char *name)
{
    const struct dsmtp_profile *profile = dsmtp_profile_find(name);

    if (profile == NULL)
        (void)dsmtp_say_usage("tables", "no profile \"%.100s\"; \"danesmtp tables\" lists them",
                              name);
    return profile;
}

static int printed(enum dsmtp_status status)
{
    if (status == DSMTP_OK)
        return EX_OK;
    dsmtp_say("%s", dsmtp_status_text(status));
    return EX_SOFTWARE;
}

int dsmtp_cmd_tables(const struct dsmtp_options *o)
{
    const struct dsmtp_profile *a, *b;

    if (!o->diff)
        return o->argc > 0 ? dsmtp_say_usage("tables", "unexpected argument \"%.100s\"", o->argv[0])
                           : printed(dsmtp_tables_print(stdout, o->format));
    if (o->argc != 2)
        return dsmtp_say_usage("tables", "--diff compares two profiles; expected their names");
    a = find(o->argv[0]);
    b = a != NULL ? find(o->argv[1]) : NULL;
    return b != NULL ? printed(dsmtp_tables_diff(stdout, a, b, o->format)) : EX_USAGE;
}
