/* order.h - in which order the cases of a batch are submitted. */
#ifndef LAB_RUN_ORDER_H
#define LAB_RUN_ORDER_H

#include "run/record.h"

/* order[i], of count: the index of the case that is submitted as number i. As they are, but those
 * first that have a host which falls silent: what the sender waits for them passes while it works
 * on the others. shuffle: by chance instead, the same for the same seed. */
void lab_order(struct lab_case *const *cases, size_t count, bool shuffle, unsigned seed,
               size_t *order);

#endif
