/* near.h - "did you mean": what somebody who wrote a word that there is not most likely meant. */
#ifndef LAB_SCEN_NEAR_H
#define LAB_SCEN_NEAR_H

#include <stddef.h>

/* Of count words, the one that somebody who wrote s most likely meant, or NULL: at most two letters
 * differ, case apart, and fewer than half. word(list, i) gives the i-th. */
const char *lab_near(const char *s, const char *(*word)(const void *list, size_t i),
                     const void *list, size_t count);
/* " (did you mean NEAR?)", for a complaint; "" for NULL. The caller frees it. */
char *lab_meant(const char *near);

#endif
