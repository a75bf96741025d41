/* faults.h - one sender, one fault: which one is in the environment, DANESMTP_FAULT.
 *
 * danesmtp-faulty is danesmtp linked with --wrap for a few functions of the engine
 * (tests/faults/wraps). Each wrapper does what the real one does, unless its fault is switched on.
 * The engine itself knows nothing of it. */
#ifndef TESTS_FAULTS_FAULTS_H
#define TESTS_FAULTS_FAULTS_H

#include <stdbool.h>

/* The two names that the linker gives a wrapped function: of the engine's own, and of what is
 * called in its place. */
#define REAL(name) __real_##name
#define WRAP(name) __wrap_##name
/* Declare it under both. */
#define WRAPPED(type, name, ...)  \
    type REAL(name)(__VA_ARGS__); \
    type WRAP(name)(__VA_ARGS__);

/* Is this the fault of the day? */
bool fault_is(const char *name);

/* If the fault of the day starts so: what is behind it. Else NULL. */
const char *fault_behind(const char *start);

#endif
