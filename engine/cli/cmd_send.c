/* cmd_send.c - danesmtp send. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli/commands.h"
#include "cli/input.h"
#include "cli/ordered.h"
#include "cli/say.h"
#include "cli/targets.h"
#include "core/mailbox.h"
#include "core/message.h"

#define MESSAGE_MAX ((size_t)64 << 20)

/* The sender for MAIL, in a buffer of the caller's; empty: the null sender. */
static int read_sender(const char *given, char sender[DSMTP_MAILBOX_MAX + 3])
{
    struct dsmtp_nexthop domain;
    struct dsmtp_fault fault;
    char *address;

    if (given == NULL)
        return dsmtp_say_usage("send",
                               "no sender; expected -f SENDER, or -f '<>' for the null sender");
    if (strlen(given) > DSMTP_MAILBOX_MAX + 2)
        return dsmtp_say_usage("send", "sender \"%.300s\": longer than %u octets", given,
                               DSMTP_MAILBOX_MAX);
    memcpy(sender, given, strlen(given) + 1);
    address = dsmtp_mailbox_strip(sender);
    if (address != sender)
        memmove(sender, address, strlen(address) + 1);
    if (sender[0] != '\0' && dsmtp_mailbox_parse(sender, &domain, &fault) != DSMTP_OK)
        return dsmtp_say_usage("send", "sender \"%.300s\": %s", given, fault.what);
    return 0;
}

/* Standard input in the form that goes over the wire. */
static int read_message(char **wire, size_t *wire_len)
{
    char *text;
    size_t len;
    int status = dsmtp_input_read("-", MESSAGE_MAX, &text, &len);

    if (status != 0)
        return status;
    if (len == 0) {
        dsmtp_say("standard input: no message; expected a header and a body");
        status = EX_DATAERR;
    } else {
        *wire = malloc(dsmtp_message_room(len));
        if (*wire != NULL) {
            *wire_len = dsmtp_message_wire(text, len, *wire);
        } else {
            dsmtp_say("out of memory");
            status = EX_SOFTWARE;
        }
    }
    free(text);
    return status;
}

static int deliver(const struct dsmtp_options *options, const char *sender,
                   struct dsmtp_targets *targets)
{
    struct dsmtp_run job = {.mode = DSMTP_MODE_SEND, .from = sender};
    struct dsmtp_setup setup;
    char *wire = NULL;
    int status = dsmtp_cli_setup(&setup, options, "send");

    if (status == 0)
        status = read_message(&wire, &job.len);
    job.data = wire;
    if (status == 0)
        status = dsmtp_ordered_run(&setup, options, &job, targets->tasks, targets->count);
    dsmtp_setup_close(&setup);
    free(wire);
    return status;
}

int dsmtp_cmd_send(const struct dsmtp_options *options)
{
    char sender[DSMTP_MAILBOX_MAX + 3];
    struct dsmtp_targets targets;
    int status = read_sender(options->from, sender);

    if (status != 0)
        return status;
    status = dsmtp_targets_send(&targets, options, "send");
    if (status == 0)
        status = deliver(options, sender, &targets);
    dsmtp_targets_fini(&targets);
    return status;
}
