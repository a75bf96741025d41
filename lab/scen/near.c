/* near.c - see near.h. */
#include "scen/near.h"

#include <string.h>

#include "base/base.h"

static size_t least(size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;

    return m < c ? m : c;
}

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* Edit distance without regard to case, neighbours swapped counting as one; words of up to 63
 * letters, longer ones are far from everything. */
static size_t distance(const char *a, const char *b)
{
    size_t row[3][64];
    size_t la = strlen(a);
    size_t lb = strlen(b);

    if (la >= 64 || lb >= 64)
        return 64;
    for (size_t j = 0; j <= lb; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= la; i++) {
        size_t *now = row[i % 3];
        const size_t *before = row[(i + 2) % 3];
        const size_t *earlier = row[(i + 1) % 3];

        now[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            now[j] = least(before[j] + 1, now[j - 1] + 1,
                           before[j - 1] + (lower(a[i - 1]) != lower(b[j - 1])));
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                lower(a[i - 2]) == lower(b[j - 1]))
                now[j] = least(now[j], earlier[j - 2] + 1, now[j]);
        }
    }
    return row[la % 3][lb];
}

const char *lab_near(const char *s, const char *(*word)(const void *list, size_t i),
                     const void *list, size_t count)
{
    const char *best = NULL;
    size_t best_distance = 3;

    for (size_t i = 0; i < count; i++) {
        const char *w = word(list, i);
        size_t d = distance(s, w);

        if (d < best_distance && d * 2 < strlen(w)) {
            best = w;
            best_distance = d;
        }
    }
    return best;
}

char *lab_meant(const char *near)
{
    return near != NULL ? lab_format(" (did you mean %s?)", near) : lab_strdup("");
}
