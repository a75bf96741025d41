/* tlsrpt_file.c - writes the file of tlsrpt_file.h. */
#include "cli/tlsrpt_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "adapt/system.h"
#include "cli/say.h"
#include "model/name.h"

static bool plain(const char *path)
{
    struct stat found;

    return stat(path, &found) != 0 || S_ISREG(found.st_mode);
}

/* A new file with the permissions that fopen would give. */
static FILE *open_temporary(struct dsmtp_tlsrpt_file *f, const char *path)
{
    mode_t mask = umask(0);
    FILE *to = NULL;
    int fd = -1;

    (void)umask(mask);
    if (asprintf(&f->temporary, "%s.XXXXXX", path) < 0)
        f->temporary = NULL;
    else
        fd = mkstemp(f->temporary);
    if (fd >= 0 && fchmod(fd, 0666 & ~mask) == 0)
        to = fdopen(fd, "w");
    if (to == NULL && fd >= 0) {
        (void)close(fd);
        (void)unlink(f->temporary);
    }
    return to;
}

int dsmtp_tlsrpt_file_open(struct dsmtp_tlsrpt_file *f, const struct dsmtp_options *o)
{
    *f = (struct dsmtp_tlsrpt_file){.options = o, .start = (int64_t)time(NULL)};
    if (o->tlsrpt == NULL)
        return 0;
    f->to = plain(o->tlsrpt) ? open_temporary(f, o->tlsrpt) : fopen(o->tlsrpt, "we");
    if (f->to == NULL) {
        dsmtp_say("%s: %s", o->tlsrpt, strerror(errno));
        free(f->temporary);
        return EX_CANTCREAT;
    }
    f->report = dsmtp_tlsrpt_open(dsmtp_system_source);
    if (f->report != NULL)
        return 0;
    dsmtp_say("out of memory");
    return dsmtp_tlsrpt_file_close(f, NULL, EX_SOFTWARE);
}

static enum dsmtp_status write_report(const struct dsmtp_tlsrpt_file *f, const char *helo)
{
    const struct dsmtp_options *o = f->options;
    char contact[DSMTP_NAME_SIZE + 30];
    char id[DSMTP_NAME_SIZE + 60];
    uint64_t number = 0;
    struct dsmtp_tlsrpt_head head = {
        .organization = o->tlsrpt_org != NULL ? o->tlsrpt_org : helo,
        .contact = o->tlsrpt_contact != NULL ? o->tlsrpt_contact : contact,
        .id = id,
        .start = f->start,
        .end = (int64_t)time(NULL),
    };

    if (getrandom(&number, sizeof(number), 0) < 0)
        number = (uint64_t)getpid();
    (void)snprintf(contact, sizeof(contact), "postmaster@%s", helo);
    (void)snprintf(id, sizeof(id), "%lld.%016llx@%s", (long long)f->start,
                   (unsigned long long)number, helo);
    return dsmtp_tlsrpt_write(f->to, f->report, &head);
}

/* false: errno says why. */
static bool finish(struct dsmtp_tlsrpt_file *f, const char *helo)
{
    bool ok;

    if (helo == NULL) {
        (void)fclose(f->to);
        errno = ECANCELED;
        return false;
    }
    errno = 0;
    ok = write_report(f, helo) == DSMTP_OK;
    if (!ok)
        errno = ENOMEM;
    ok = ok && fflush(f->to) == 0 && !ferror(f->to);
    ok = ok && (f->temporary == NULL || fsync(fileno(f->to)) == 0);
    if (fclose(f->to) != 0)
        ok = false;
    return ok && (f->temporary == NULL || rename(f->temporary, f->options->tlsrpt) == 0);
}

int dsmtp_tlsrpt_file_close(struct dsmtp_tlsrpt_file *f, const char *helo, int status)
{
    if (f->to == NULL)
        return status;
    if (!finish(f, helo)) {
        if (helo != NULL)
            dsmtp_say("%s: %s", f->options->tlsrpt, strerror(errno));
        if (f->temporary != NULL)
            (void)unlink(f->temporary);
        if (status == EX_OK)
            status = EX_IOERR;
    }
    free(f->temporary);
    f->to = NULL;
    dsmtp_tlsrpt_close(&f->report);
    return status;
}
