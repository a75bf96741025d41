/* skip.c - earlier results, for skip.h. */
#include "cli/skip.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli/say.h"

static bool is(const json_t *object, const char *key, const char *want)
{
    const char *value = json_string_value(json_object_get(object, key));

    return value != NULL && strcmp(value, want) == 0;
}

/* The target if the line is a result, otherwise NULL; belongs to the object. */
static const char *result_of(const json_t *object, const char *command, const char *profile)
{
    if (!is(object, "command", command) || !is(object, "profile", profile) ||
        !json_is_string(json_object_get(object, "verdict")))
        return NULL;
    return json_string_value(json_object_get(object, "target"));
}

struct reading {
    const char *command, *profile;
    struct dsmtp_nameset *done;
    unsigned long other; /* lines that are no results */
};

/* false: out of memory. */
static bool read_line(struct reading *r, const char *line, size_t len)
{
    json_t *object = json_loadb(line, len, 0, NULL);
    const char *target = result_of(object, r->command, r->profile);
    bool ok = target == NULL || dsmtp_nameset_add(r->done, target);

    r->other += target == NULL ? 1 : 0;
    json_decref(object);
    return ok;
}

static int read_lines(FILE *from, const char *file, struct reading *r, bool *cut)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t len;
    bool ok = true;

    while (ok && (len = getline(&line, &room, from)) >= 0) {
        *cut = line[len - 1] != '\n';
        ok = read_line(r, line, (size_t)len);
    }
    free(line);
    if (ok && feof(from))
        return 0;
    dsmtp_say("%s: %s", file, ok ? strerror(errno) : "out of memory");
    return ok ? EX_DATAERR : EX_SOFTWARE;
}

int dsmtp_skip_read(const char *file, const char *command, const char *profile,
                    struct dsmtp_nameset *done, bool *cut)
{
    struct reading r = {command, profile, done, 0};
    FILE *from = fopen(file, "re");
    int status;

    *cut = false;
    if (from == NULL) {
        dsmtp_say("%s: %s", file, strerror(errno));
        return EX_DATAERR;
    }
    status = read_lines(from, file, &r, cut);
    (void)fclose(from);
    if (status == 0 && r.other > 0)
        dsmtp_say("%s: %lu line%s that %s no result of %s under profile %s; passed over", file,
                  r.other, r.other == 1 ? "" : "s", r.other == 1 ? "is" : "are", command, profile);
    return status;
}
