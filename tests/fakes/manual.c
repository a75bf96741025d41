/* manual.c - the fake resolver of manual.h. */
#include "fakes/manual.h"

#include <stdio.h>
#include <stdlib.h>

static enum dsmtp_status ask(void *self, const struct dsmtp_query *query, dsmtp_answer_fn *done,
                             void *arg)
{
    struct fake_manual *f = self;

    if (f->asked + 1 == f->refuse)
        return DSMTP_SYSTEM;
    if (f->asked == FAKE_MANUAL_MAX)
        abort();
    (void)snprintf(f->questions[f->asked].name, sizeof(f->questions[0].name), "%s", query->name);
    f->questions[f->asked].type = query->type;
    f->questions[f->asked].done = done;
    f->questions[f->asked++].arg = arg;
    return DSMTP_OK;
}

static void forget(void *self, const void *arg)
{
    struct fake_manual *f = self;

    for (unsigned i = 0; i < f->asked; i++)
        if (f->questions[i].arg == arg) {
            f->questions[i].arg = NULL;
            f->forgotten++;
        }
}

static void close_resolver(void *self)
{
    struct fake_manual *f = self;

    f->closed++;
}

struct dsmtp_resolver fake_manual_port(struct fake_manual *fake)
{
    return (struct dsmtp_resolver){
        .self = fake, .ask = ask, .forget = forget, .close = close_resolver};
}

void fake_manual_answer(struct fake_manual *f, unsigned i, enum dsmtp_security security,
                        enum dsmtp_presence presence, const char *record, size_t len)
{
    const struct dsmtp_query query = {.name = f->questions[i].name, .type = f->questions[i].type};
    const struct dsmtp_rdata data = {.data = (const uint8_t *)record, .len = len};
    struct dsmtp_answer answer = {.query = query,
                                  .security = security,
                                  .presence = presence,
                                  .records = &data,
                                  .count = presence == DSMTP_PRESENCE_DATA ? 1 : 0,
                                  .ttl = 60};
    void *arg = f->questions[i].arg;

    if (security == DSMTP_SECURITY_BOGUS || security == DSMTP_SECURITY_ERROR)
        answer = dsmtp_answer_failed(&query, security, "inner words");
    f->questions[i].arg = NULL;
    f->questions[i].done(arg, &answer);
}
