/* group.h - control groups: senders without DANE. They show that the lab sees a leak when there is
 * one, and what DANE is for. lab/adapters/README.md tells the authors of adapters. */
#ifndef LAB_RUN_GROUP_H
#define LAB_RUN_GROUP_H

#include <jansson.h>

#include "run/run.h"

/* What the "policies" of a hello say. Neither dane nor dane-only: a control group, which stands in
 * for DANE with the first of may and encrypt that it has. -1 with fault: no policies, one that the
 * lab does not know, or none but unknown to be had. */
LAB_MUST_USE int lab_group_of(const json_t *hello, struct lab_group *out, struct lab_fault *fault);

/* The policy that the sender is configured with for cases of this one. NULL group: the same. */
enum lab_policy lab_group_policy(const struct lab_group *group, enum lab_policy policy);

/* Judged cases of a control group at policy dane: that mail leaked, or that nobody asked for TLSA
 * records, is known without a row; a row of the expect file stays. A control that it passes without
 * having delivered it is ADAPTER-ERROR: who keeps back what only DANE keeps back has some. */
void lab_group_apply(const struct lab_group *group, struct lab_case *k);

/* Is this control, judged and applied, as it must be? */
bool lab_group_control(const struct lab_case *k);

#endif
