/* golden.c - the comparison of golden.h. */
#include "golden.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define GOLDEN "tests/golden/report/"

char *kept_text(const char *path)
{
    FILE *from = fopen(path, "r");
    char *text = NULL;
    size_t room = 0;

    check_row(path);
    check_true(from != NULL);
    if (from == NULL)
        return NULL;
    check_true(getdelim(&text, &room, EOF, from) > 0);
    (void)fclose(from);
    return text;
}

static void write_golden(const char *path, const char *text)
{
    FILE *to = fopen(path, "w");

    if (to == NULL) {
        check_true(false);
        return;
    }
    (void)fputs(text, to);
    check_int(fclose(to), 0);
}

void check_golden(const char *name, char *text)
{
    char path[200];
    char *want;

    (void)snprintf(path, sizeof(path), GOLDEN "%s", name);
    if (getenv("UPDATE_GOLDEN") != NULL)
        write_golden(path, text);
    want = kept_text(path);
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
