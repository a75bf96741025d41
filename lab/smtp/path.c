/* path.c - addresses and parameters of MAIL and RCPT. */
#include "smtp/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The ">" that ends a path; those in quoted strings and after a backslash do not. */
static const char *path_end(const char *p)
{
    bool quoted = false;

    for (; *p != '\0'; p++) {
        if (*p == '\\' && p[1] != '\0')
            p++;
        else if (*p == '"')
            quoted = !quoted;
        else if (*p == '>' && !quoted)
            return p;
    }
    return NULL;
}

char *lab_smtp_path(const char *args, const char *keyword, const char **rest)
{
    const char *end;

    if (strncasecmp(args, keyword, strlen(keyword)) != 0)
        return NULL;
    args += strlen(keyword);
    args += strspn(args, " ");
    if (*args != '<')
        return NULL;
    end = path_end(args + 1);
    if (end == NULL || (end[1] != '\0' && end[1] != ' '))
        return NULL;
    *rest = end + 1;
    return lab_strndup(args + 1, (size_t)(end - args - 1));
}

static bool is(const char *word, size_t len, const char *wanted)
{
    return len == strlen(wanted) && strncasecmp(word, wanted, len) == 0;
}

static const char *check_size(const char *digits, size_t len, uint64_t size_max)
{
    char *end;
    unsigned long long size;

    errno = 0;
    size = strtoull(digits, &end, 10);
    if (len == 0 || strspn(digits, "0123456789") != len)
        return "501 5.5.4 SIZE is not a number";
    return errno != 0 || size > size_max ? "552 5.3.4 Message too big" : NULL;
}

bool lab_smtp_offered(const char *offers, const char *keyword)
{
    const char *at = offers;
    size_t len;

    for (; at != NULL && *at != '\0'; at += len, at += *at == '\n') {
        len = strcspn(at, "\n");
        if (is(at, strcspn(at, " \n"), keyword))
            return true;
    }
    return false;
}

/* Of MAIL (besides SIZE), or of RCPT; "=" at the end: with a value that nobody looks at. */
static const struct {
    const char *parameter, *keyword;
    bool mail;
} known[] = {
    {"SMTPUTF8", "SMTPUTF8", true},
    {"BODY=7BIT", "8BITMIME", true},
    {"BODY=8BITMIME", "8BITMIME", true},
    {"RET=", "DSN", true},
    {"ENVID=", "DSN", true},
    {"NOTIFY=", "DSN", false},
    {"ORCPT=", "DSN", false},
};

static bool fits(const char *p, size_t len, const char *parameter)
{
    const size_t own = strlen(parameter);

    if (parameter[own - 1] != '=')
        return is(p, len, parameter);
    return len > own && strncasecmp(p, parameter, own) == 0;
}

/* One parameter; NULL if it is right. */
static const char *check_parameter(const char *p, size_t len, bool mail, const char *offers,
                                   uint64_t size_max)
{
    if (mail && len >= 5 && strncasecmp(p, "SIZE=", 5) == 0 && lab_smtp_offered(offers, "SIZE"))
        return check_size(p + 5, len - 5, size_max);
    for (size_t i = 0; i < LAB_COUNT(known); i++) {
        if (known[i].mail == mail && fits(p, len, known[i].parameter) &&
            lab_smtp_offered(offers, known[i].keyword))
            return NULL;
    }
    return "555 5.5.4 Parameter that was not offered";
}

const char *lab_smtp_parameters(const char *rest, bool mail, const char *offers, uint64_t size_max)
{
    const char *p = rest + strspn(rest, " ");
    const char *problem = NULL;

    while (*p != '\0' && problem == NULL) {
        size_t len = strcspn(p, " ");

        problem = check_parameter(p, len, mail, offers, size_max);
        p += len;
        p += strspn(p, " ");
    }
    return problem;
}
