/* replay.c - runs a fuzz target over files: replay FILE... Ends with 1 if one cannot be read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"

int main(int argc, char **argv)
{
    static uint8_t data[1u << 20];

    for (int i = 1; i < argc; i++) {
        FILE *f = fopen(argv[i], "rb");
        uint8_t *exact;
        size_t len;

        if (f == NULL) {
            perror(argv[i]);
            return 1;
        }
        len = fread(data, 1, sizeof(data), f);
        (void)fclose(f);
        /* A block of its own length, so that reading beyond it is noticed. */
        exact = malloc(len > 0 ? len : 1);
        if (exact == NULL)
            return 1;
        memcpy(exact, data, len);
        (void)LLVMFuzzerTestOneInput(exact, len);
        free(exact);
    }
    printf("%d inputs\n", argc - 1);
    return 0;
}
