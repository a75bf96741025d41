/* states.c - prove the DNS states, see states.h. */
#include "run/states.h"

#include <stdlib.h>

#include "run/console.h"
#include "run/prove.h"

struct states_check {
    const struct lab_paths *paths;
    const struct lab_resolver *resolver;
    struct lab_scenario *const *states;
    size_t count;
};

static unsigned print(const struct states_check *c, char **invalid, struct lab_console *console)
{
    unsigned bad = 0;

    for (size_t i = 0; i < c->count; i++) {
        const struct lab_scenario *s = c->states[i];

        if (invalid[i] == NULL)
            lab_console_say(console, "proven: %s", s->id);
        else
            lab_console_say(console, "NOT PROVEN: %s: %s", s->id, invalid[i]);
        bad += invalid[i] != NULL;
    }
    return bad;
}

static int body(void *self)
{
    const struct states_check *c = self;
    char **invalid = lab_calloc(c->count, sizeof(*invalid));
    struct lab_world *world = NULL;
    struct lab_console console;
    struct lab_fault fault;
    unsigned bad = 0;
    int rc;

    lab_console_init(&console, LAB_NORMAL);
    rc = lab_world_start(c->paths, c->resolver, c->states, c->count, &world, &fault);
    if (rc == 0)
        rc = lab_prove(world, c->paths, c->states, c->count, NULL, invalid, &fault);
    if (rc == 0) {
        bad = print(c, invalid, &console);
        lab_console_say(&console, "%zu state%s proven, %u not", c->count - bad,
                        lab_plural(c->count - bad), bad);
    } else {
        (void)fprintf(stderr, "danelab: %s\n", fault.what);
    }
    lab_world_stop(&world);
    for (size_t i = 0; i < c->count; i++)
        free(invalid[i]);
    free(invalid);
    return rc != 0 ? 3 : bad > 0;
}

int lab_states_check(const struct lab_paths *paths, const struct lab_resolver *resolver,
                     struct lab_scenario *const *states, size_t count, struct lab_fault *fault)
{
    struct states_check c = {paths, resolver, states, count};

    return lab_world_enter(body, &c, fault);
}
