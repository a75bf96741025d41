/* golden.c - the comparison of golden.h. */
#include "golden.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define GOLDEN "tests/golden/report/"

static char *read_golden(const char *name)
{
    char path[200];
    char *text = calloc(1, 1 << 20);
    FILE *from;

    (void)snprintf(path, sizeof(path), GOLDEN "%s", name);
    from = fopen(path, "r");
    if (from != NULL && text != NULL)
        text[fread(text, 1, (1 << 20) - 1, from)] = '\0';
    if (from != NULL)
        (void)fclose(from);
    return text;
}

static void write_golden(const char *name, const char *text)
{
    char path[200];
    FILE *to;

    (void)snprintf(path, sizeof(path), GOLDEN "%s", name);
    to = fopen(path, "w");
    if (to == NULL) {
        check_true(false);
        return;
    }
    (void)fputs(text, to);
    check_int(fclose(to), 0);
}

void check_golden(const char *name, char *text)
{
    char *want;

    if (getenv("UPDATE_GOLDEN") != NULL)
        write_golden(name, text);
    want = read_golden(name);
    if (text == NULL || want == NULL) {
        check_true(false);
        free(want);
        return;
    }
    for (char *t = text, *w = want; *t != '\0' || *w != '\0';) {
        char *t_end = t + strcspn(t, "\n");
        char *w_end = w + strcspn(w, "\n");
        bool more = *t_end != '\0' && *w_end != '\0';

        *t_end = '\0';
        *w_end = '\0';
        check_rowf("%s", name);
        if (!check_str(t, w) || !more)
            break;
        t = t_end + 1;
        w = w_end + 1;
    }
    free(want);
}
