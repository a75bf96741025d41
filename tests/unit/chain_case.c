/* chain_case.c - see chain_case.h. */
#include "chain_case.h"

#include "check.h"

struct lab_pki *chain_pki(void)
{
    struct lab_pki *pki = NULL;
    struct lab_fault fault = {0};

    if (lab_pki_open(RECIPES, KEYS, NOW, &pki, &fault) != 0)
        check_str(fault.what, NULL);
    return pki;
}

int chain_build(const struct lab_pki *pki, const char *recipe, struct lab_chain *out)
{
    static char name[] = NAME;
    static char *const names[] = {name};
    const struct lab_owner owner = {names, 1, "198.18.7.1", "2001:db8:18::7", 5};
    struct lab_fault fault = {0};

    if (pki == NULL)
        return -1;
    if (lab_chain_build(pki, recipe, &owner, out, &fault) == 0)
        return 0;
    check_str(fault.what, NULL);
    return -1;
}
