/* chain_case.h - the lab's certificates as one made-up host has them. */
#ifndef TESTS_UNIT_CHAIN_CASE_H
#define TESTS_UNIT_CHAIN_CASE_H

#include "pki/pki.h"

#define RECIPES "certs/recipes.yaml"
#define KEYS "certs/keys"
#define NOW 1768478400
#define NAME "mx.unit.example"

/* NULL after a failed check. */
struct lab_pki *chain_pki(void);
/* The chain of a recipe for NAME: 0, or -1 after a failed check, or without pki. */
int chain_build(const struct lab_pki *pki, const char *recipe, struct lab_chain *out);

#endif
