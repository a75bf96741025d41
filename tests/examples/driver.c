/* driver.c - the library does it all: probe every target of the command line, side by side, and say
 * what came of each: driver [--trust-anchor FILE] [--resolver ADDR] TARGET... */
#include <danesmtp.h>
#include <stdio.h>
#include <string.h>

static int failures;

static void print_attempts(const struct dsmtp_outcome *outcome)
{
    struct dsmtp_attempt_info a = {.size = sizeof(a)};

    for (size_t i = 0; dsmtp_outcome_attempt(outcome, i, &a) == DSMTP_OK; i++)
        printf("  %s %s %s %s %s\n", a.host, a.address, dsmtp_level_name(a.level), a.result,
               a.reason);
}

static void done(void *arg, const struct dsmtp_outcome *outcome, const struct dsmtp_fault *fault)
{
    const char *target = arg;
    const char *reason;
    enum dsmtp_verdict verdict;

    if (outcome == NULL) {
        fprintf(stderr, "driver: %s\n", fault->what);
        failures++;
        return;
    }
    verdict = dsmtp_outcome_verdict(outcome, &reason);
    printf("%s %s %s\n", target, dsmtp_verdict_name(verdict), reason);
    print_attempts(outcome);
}

static void warn(void *arg, const char *what)
{
    (void)arg;
    fprintf(stderr, "driver: %s\n", what);
}

static int complain(const struct dsmtp_fault *fault)
{
    fprintf(stderr, "driver: %s\n", fault->what);
    return 1;
}

int main(int argc, char **argv)
{
    struct dsmtp_client_options options = {.size = sizeof(options), .warn = warn};
    struct dsmtp_request request = {.size = sizeof(request), .mode = DSMTP_MODE_PROBE};
    struct dsmtp_client *client;
    struct dsmtp_fault fault;
    int i = 1;

    for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
        if (strcmp(argv[i], "--trust-anchor") == 0)
            options.trust_anchor = argv[i + 1];
        else if (strcmp(argv[i], "--resolver") == 0)
            options.resolver = argv[i + 1];
    }
    if (dsmtp_client_open(&options, &client, &fault) != DSMTP_OK)
        return complain(&fault);
    for (; i < argc; i++) {
        request.target = argv[i];
        if (dsmtp_client_start(client, &request, done, argv[i], &fault) != DSMTP_OK)
            failures += complain(&fault);
    }
    if (dsmtp_client_run(client) != DSMTP_OK)
        failures++;
    dsmtp_client_close(&client);
    return failures > 0;
}
