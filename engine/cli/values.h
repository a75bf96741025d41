/* values.h - values of options. */
#ifndef DSMTP_CLI_VALUES_H
#define DSMTP_CLI_VALUES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "model/verdict.h"

/* A decimal number, digits only. */
bool dsmtp_value_number(const char *text, uint64_t min, uint64_t max, uint64_t *out);

/* Seconds since 1970, or UTC as 2026-01-15T12:00:00Z. */
bool dsmtp_value_time(const char *text, int64_t *out);

/* A policy for all destinations alike: any but fingerprint, which is of one. */
bool dsmtp_value_policy(const char *text, enum dsmtp_policy *out);

#endif
