/* made_runs.c - see made_runs.h. */
#include "made_runs.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

void made_text(char *dir, const char *text)
{
    if (made_dir(dir))
        made_file(dir, "run.jsonl", text);
}

static void put(struct lab_text *t, json_t *record)
{
    char *line = json_dumps(record, JSON_COMPACT | JSON_PRESERVE_ORDER);

    lab_text_put(t, "%s\n", line);
    free(line);
    json_decref(record);
}

void made_run(char *dir, const char *profile, const struct made_case *cases, int cut)
{
    struct lab_text t = {0};
    int count = 0;

    put(&t, json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:n, s:s, s:b}", "type", "header", "format",
                      1, "sut", "made", "name", "made", "version", "1.0", "profile", profile,
                      "variant", "resolver", "unbound", "fast", 0));
    for (const struct made_case *c = cases; c->name != NULL; c++, count++) {
        const char *at = strchrnul(c->name, '@');

        put(&t, json_pack("{s:s, s:s, s:s%, s:s, s:s, s:s, s:s, s:[s, s], s:s, s:s?, s:s?, s:s?, "
                          "s:s?, s:s?, s:b, s:s}",
                          "type", "case", "case", c->name, "id", c->name, (size_t)(at - c->name),
                          "title", "what it is", "topic", "03-tlsa-lookup", "policy",
                          *at == '@' ? at + 1 : "dane", "verdict", c->verdict, "rules", "S16",
                          "R-7672-2.2-5", "outcome", c->outcome, "known", c->known, "seen", c->seen,
                          "text", c->seen, "scenario_sha256", c->digest, "twin", c->twin, "stale",
                          0, "why", "it is so"));
    }
    if (!cut)
        put(&t, json_pack("{s:s, s:i}", "type", "footer", "cases", count));
    made_text(dir, t.text);
    free(t.text);
}
