/* settle.c - until the hosts have written down what was on the wire, see evidence.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "judge/evidence.h"

struct balance {
    long first; /* number of the first session that has begun; 0: none yet */
    long open;  /* begun and not ended, of those from there on */
};

static void take_line(struct balance *b, const char *line)
{
    const char *number = strstr(line, "\"conn\":");
    const long conn = number != NULL ? strtol(number + strlen("\"conn\":"), NULL, 10) : 0;

    if (strstr(line, "\"event\":\"connect\"") != NULL) {
        if (b->first == 0)
            b->first = conn;
        b->open++;
    } else if (b->first != 0 && conn >= b->first && strstr(line, "\"event\":\"close\"") != NULL) {
        b->open--;
    }
}

/* What can be read of f now, whole lines only. */
static void read_on(FILE *f, struct balance *b)
{
    size_t size = 0;
    char *line = NULL;
    ssize_t len;

    clearerr(f);
    while ((len = getline(&line, &size, f)) > 0) {
        if (line[len - 1] != '\n') {
            (void)fseeko(f, -(off_t)len, SEEK_CUR);
            break;
        }
        take_line(b, line);
    }
    free(line);
}

bool lab_evidence_settle(const char *smtp_log, size_t from, unsigned ms)
{
    const struct timespec pause = {.tv_nsec = 5000000};
    const int64_t deadline = lab_now_ms() + ms;
    struct balance balance = {0};
    FILE *f = fopen(smtp_log, "re");

    if (f == NULL || fseeko(f, (off_t)from, SEEK_SET) != 0) {
        if (f != NULL)
            (void)fclose(f);
        return false;
    }
    read_on(f, &balance);
    while (balance.open > 0 && lab_now_ms() < deadline) {
        (void)nanosleep(&pause, NULL);
        read_on(f, &balance);
    }
    (void)fclose(f);
    return balance.open <= 0;
}
