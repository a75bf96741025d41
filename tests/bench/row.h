/* row.h - what every benchmark prints: one row for each figure, fields apart by tabs, for table. */
#ifndef TESTS_BENCH_ROW_H
#define TESTS_BENCH_ROW_H

#include <stddef.h>

struct bench_spread {
    double low, median, high; /* the middle half of the values lies between low and high */
};

/* Sorts the values; count > 0. */
struct bench_spread bench_spread_of(double *values, size_t count);

/* what \t figure \t spread \t target \t how. The figure is the median with its unit, if it has one.
 * No target: "". A target is "<= NUMBER" or ">= NUMBER"; table says whether it was missed. */
void bench_row(const char *what, const struct bench_spread *spread, const char *unit,
               const char *target, const char *how);

#endif
