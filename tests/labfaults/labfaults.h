/* labfaults.h - the two names that the linker gives a wrapped function. */
#ifndef TESTS_LABFAULTS_LABFAULTS_H
#define TESTS_LABFAULTS_LABFAULTS_H

#define WRAPPED(type, name, ...)     \
    type __real_##name(__VA_ARGS__); \
    type __wrap_##name(__VA_ARGS__);

#endif
