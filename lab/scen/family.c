/* family.c - from a scenario's file to that of one address family, see family.h. */
#include "scen/family.h"

#include <stdlib.h>
#include <string.h>

#define NAME "abcdefghijklmnopqrstuvwxyz0123456789-"

/* What is written about addresses of the other family. */
static const struct {
    const char *placeholder; /* in records */
    const char *type;        /* in proofs */
} other[] = {
    [LAB_FAMILY_V4] = {"{aaaa ", " AAAA"},
    [LAB_FAMILY_V6] = {"{a ", " A"},
};

char *lab_family_id(const char *id, enum lab_family family)
{
    return lab_format("%s-%s", id, lab_family_name(family));
}

/* Does the id stand here, by itself or as the first part of a name below example? */
static bool is_id(const char *line, const char *at, const char *id, size_t len)
{
    const char *end = at + len;

    if (strncmp(at, id, len) != 0 || (at > line && strchr(NAME "_", at[-1]) != NULL))
        return false;
    return strncmp(end, "--", 2) == 0 || strncmp(end, ".example.", 9) == 0 ||
           (at == line + strlen("id: ") && strncmp(line, "id: ", 4) == 0);
}

/* Is it a proof about addresses of the other family? */
static bool is_proof(const char *line, enum lab_family family)
{
    const char *type = strstr(line, other[family].type);

    return strstr(line, "dns:") != NULL && type != NULL &&
           strchr(",\"'", type[strlen(other[family].type)]) != NULL;
}

/* The line with the id replaced, and without data in the proof of what is no longer there. */
static void put_line(struct lab_text *out, const char *line, const char *id, enum lab_family family)
{
    static const char data[] = "answer: data";
    const bool absent = is_proof(line, family);
    const size_t len = strlen(id);

    for (const char *at = line; *at != '\0'; at++) {
        if (is_id(line, at, id, len)) {
            lab_text_put(out, "%s-%s", id, lab_family_name(family));
            at += len - 1;
        } else if (absent && strncmp(at, data, sizeof(data) - 1) == 0) {
            lab_text_put(out, "answer: nodata");
            at += sizeof(data) - 2;
        } else {
            lab_text_add(out, at, 1);
        }
    }
}

char *lab_family_text(const char *text, const char *id, enum lab_family family)
{
    struct lab_text out = {0};

    for (const char *at = text; *at != '\0';) {
        const size_t len = strcspn(at, "\n");
        char *line = lab_strndup(at, len);

        if (strstr(line, other[family].placeholder) == NULL && strncmp(line, "family:", 7) != 0)
            put_line(&out, line, id, family);
        lab_text_put(&out, "%s", at[len] == '\n' ? "\n" : "");
        free(line);
        at += len + (at[len] == '\n');
    }
    return out.text;
}
