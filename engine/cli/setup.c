/* setup.c - options of the command line to those of the library, as setup.h says. */
#include "cli/setup.h"

#include <stdio.h>
#include <sysexits.h>

#include "cli/say.h"
#include "report/clean.h"

/* "TARGET: SUBJECT: what [rules]" */
static void trace(void *arg, const char *target, const char *subject, const char *what,
                  const char *rules)
{
    (void)arg;
    dsmtp_clean_put(stderr, target);
    (void)fputs(": ", stderr);
    dsmtp_clean_put(stderr, subject != NULL ? subject : "-");
    (void)fputs(": ", stderr);
    dsmtp_clean_put(stderr, what);
    if (rules != NULL && rules[0] != '\0')
        (void)fprintf(stderr, " [%s]", rules);
    (void)fputc('\n', stderr);
}

static void warn(void *arg, const char *what)
{
    (void)arg;
    dsmtp_say("warning: %s", what);
}

int dsmtp_cli_setup(struct dsmtp_setup *setup, const struct dsmtp_options *o, const char *command)
{
    const struct dsmtp_client_options options = {
        .profile = o->profile_word,
        .settings = o->set.items,
        .self = o->self.items,
        .seed = o->seed,
        .resolver = o->resolver,
        .root_hints = o->root_hints,
        .trust_anchor = o->trust_anchor,
        .unbound_conf = o->unbound_conf,
        .canary = o->canary,
        .trust_ad = o->trust_ad,
        .require_validation = o->require_validation,
        .helo = o->helo,
        .tls_min = o->tls_min,
        .ciphers = o->ciphers,
        .ca_file = o->ca_file,
        .ca_path = o->ca_path,
        .timeout_ms = o->timeout_s * 1000,
        .addresses = o->addresses,
        .trace = o->trace ? trace : NULL,
        .warn = warn,
    };
    struct dsmtp_fault fault = {.what = ""};
    enum dsmtp_status status = dsmtp_setup_open(setup, &options, "--", &fault);

    /* To the library 0 is no seed. */
    if (status == DSMTP_OK && o->seeded)
        setup->engine.seed = o->seed;
    if (status == DSMTP_OK)
        return 0;
    if (status == DSMTP_SYNTAX)
        return dsmtp_say_usage(command, "%s", fault.what);
    dsmtp_say("%s", fault.what[0] != '\0' ? fault.what : dsmtp_status_text(status));
    return EX_SOFTWARE;
}
