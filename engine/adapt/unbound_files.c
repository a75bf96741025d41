/* unbound_files.c - see unbound_files.h. */
#include "adapt/unbound_files.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Of a line: more than the longest key takes. */
enum { LINE_ROOM = 8192 };

struct kind {
    const char *what;
    bool (*useful)(char *line); /* NULL: no line has to be */
    const char *needs;          /* which one is */
};

/* DNSSEC algorithms that this libunbound can check; 16 (Ed448) is not among them in every build. */
static bool known_algorithm(unsigned long n)
{
    return n == 5 || n == 7 || n == 8 || n == 10 || (n >= 13 && n <= 15);
}

static char *next_word(char **rest)
{
    char *word = *rest + strspn(*rest, " \t");

    *rest = word + strcspn(word, " \t");
    if (**rest != '\0')
        *(*rest)++ = '\0';
    return word;
}

/* Is this a line "OWNER [TTL] [CLASS] DS|DNSKEY number number number ..." that libunbound can make
 * use of? */
static bool anchor_line(char *line)
{
    unsigned long number[3];
    const char *word;
    bool ds;

    line[strcspn(line, ";\r\n")] = '\0';
    do {
        word = next_word(&line);
        ds = strcasecmp(word, "DS") == 0;
    } while (word[0] != '\0' && !ds && strcasecmp(word, "DNSKEY") != 0);
    for (size_t i = 0; i < sizeof(number) / sizeof(number[0]); i++)
        number[i] = strtoul(next_word(&line), NULL, 10);
    /* DS: tag, algorithm, digest type. DNSKEY: flags, protocol, algorithm. */
    if (ds)
        return known_algorithm(number[1]) && (number[2] == 1 || number[2] == 2 || number[2] == 4);
    return word[0] != '\0' && known_algorithm(number[2]);
}

/* Is this a line "OWNER [TTL] [CLASS] A|AAAA ADDRESS"? */
static bool hint_line(char *line)
{
    unsigned char address[16];
    const char *word;

    line[strcspn(line, ";\r\n")] = '\0';
    while ((word = next_word(&line))[0] != '\0') {
        bool four = strcasecmp(word, "A") == 0;

        if ((four || strcasecmp(word, "AAAA") == 0) &&
            inet_pton(four ? AF_INET : AF_INET6, next_word(&line), address) == 1)
            return true;
    }
    return false;
}

static bool is_text(int c)
{
    return (c >= ' ' && c != 0x7f) || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/* The next line, or as much of it as there is room for; false at the end, or with *bad at a
 * character that is in no text. */
static bool take_line(FILE *f, char line[LINE_ROOM], bool *bad)
{
    size_t len = 0;
    int c = 0;

    while (len < LINE_ROOM - 1 && c != '\n' && (c = getc(f)) != EOF) {
        *bad = !is_text(c);
        if (*bad)
            return false;
        line[len++] = (char)c;
    }
    line[len] = '\0';
    return len > 0;
}

static enum dsmtp_status look(const struct kind *kind, const char *file, FILE *f,
                              struct dsmtp_fault *fault)
{
    char line[LINE_ROOM];
    bool found = kind->useful == NULL;
    bool bad = false;
    unsigned long number = 1;

    errno = 0;
    while (take_line(f, line, &bad)) {
        number += strchr(line, '\n') != NULL;
        found = found || kind->useful(line); /* which may cut it */
    }
    if (bad)
        return dsmtp_fault_set(fault, DSMTP_SYNTAX, "%s:%lu: control character; expected text",
                               file, number);
    if (ferror(f))
        return dsmtp_fault_set(fault, DSMTP_SYNTAX, "cannot read the %s %s: %s", kind->what, file,
                               strerror(errno));
    if (!found)
        return dsmtp_fault_set(fault, DSMTP_SYNTAX, "%s holds no %s", file, kind->needs);
    return DSMTP_OK;
}

static enum dsmtp_status check(const struct kind *kind, const char *file, struct dsmtp_fault *fault)
{
    enum dsmtp_status status = DSMTP_OK;
    FILE *f = fopen(file, "re");
    struct stat st;

    if (f == NULL)
        return dsmtp_fault_set(fault, DSMTP_SYNTAX, "cannot read the %s %s: %s", kind->what, file,
                               strerror(errno));
    if (fstat(fileno(f), &st) != 0 || !S_ISFIFO(st.st_mode))
        status = look(kind, file, f, fault);
    (void)fclose(f);
    return status;
}

enum dsmtp_status dsmtp_unbound_check_conf(const char *file, struct dsmtp_fault *fault)
{
    return check(&(const struct kind){"unbound configuration", NULL, NULL}, file, fault);
}

enum dsmtp_status dsmtp_unbound_check_hints(const char *file, struct dsmtp_fault *fault)
{
    return check(&(const struct kind){"root hints", hint_line, "address of a root server"}, file,
                 fault);
}

enum dsmtp_status dsmtp_unbound_check_anchors(const char *file, struct dsmtp_fault *fault)
{
    return check(&(const struct kind){"trust anchor", anchor_line,
                                      "DS or DNSKEY record of an algorithm that can be checked"},
                 file, fault);
}
