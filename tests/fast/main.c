/* main.c - danelab-fast: `danelab run --fast`, the one program that has both halves in it. */
#include <stdio.h>
#include <string.h>

#include "cli/run_by.h"
#include "fast/run.h"

int main(int argc, char **argv)
{
    if (argc > 0 && strcmp(argv[0], "run") == 0)
        return lab_cmd_run_by(argc, argv, fast_run);
    (void)fputs("danelab-fast: start it as danelab run --fast\n", stderr);
    return 2;
}
