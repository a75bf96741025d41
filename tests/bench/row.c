/* row.c - the rows of row.h. */
#include "bench/row.h"

#include <stdio.h>
#include <stdlib.h>

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return x < y ? -1 : x > y;
}

struct bench_spread bench_spread_of(double *values, size_t count)
{
    qsort(values, count, sizeof(values[0]), by_size);
    return (struct bench_spread){values[count / 4], values[count / 2],
                                 values[count - 1 - count / 4]};
}

static int digits(double x)
{
    return x < 100 ? 2 : 0;
}

void bench_row(const char *what, const struct bench_spread *spread, const char *unit,
               const char *target, const char *how)
{
    int n = digits(spread->median);

    (void)printf("%s\t%.*f%s%s\t%.*f to %.*f\t%s\t%s\n", what, n, spread->median,
                 unit[0] != '\0' ? " " : "", unit, n, spread->low, n, spread->high, target, how);
    (void)fflush(stdout);
}
