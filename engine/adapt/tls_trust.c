/* tls_trust.c - the authorities that this client trusts. */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "adapt/tls_internal.h"

/* False with errno: it cannot be read, for which OpenSSL has no words. */
static bool is_readable(const char *file)
{
    FILE *f = file != NULL ? fopen(file, "r") : NULL;

    if (f != NULL)
        (void)fclose(f);
    return file == NULL || f != NULL;
}

static bool load(X509_STORE *store, const char *file, const char *path)
{
    if (file == NULL && path == NULL)
        return X509_STORE_set_default_paths(store) > 0;
    return (file == NULL || X509_STORE_load_file(store, file) > 0) &&
           (path == NULL || X509_STORE_load_path(store, path) > 0);
}

/* A directory is searched only when a certificate is looked for: one that is not there would never
 * be noticed. */
static bool is_directory(const char *path)
{
    struct stat st;

    return path == NULL || (stat(path, &st) == 0 && S_ISDIR(st.st_mode));
}

enum dsmtp_status dsmtp_tls_trust(struct dsmtp_tls *tls, const char *file, const char *path,
                                  struct dsmtp_fault *fault)
{
    char words[200];

    tls->trusted = X509_STORE_new();
    if (tls->trusted == NULL)
        return dsmtp_tls_fault(fault, "no store");
    if (!is_readable(file))
        return dsmtp_fault_set(fault, DSMTP_SYNTAX, "%.200s: %s", file, strerror(errno));
    if (!is_directory(path))
        return dsmtp_fault_set(fault, DSMTP_SYNTAX, "%.200s: expected a directory of certificates",
                               path);
    if (load(tls->trusted, file, path)) {
        ERR_clear_error();
        return DSMTP_OK;
    }
    X509_STORE_free(tls->trusted);
    tls->trusted = NULL;
    dsmtp_tls_words(words, sizeof(words));
    return dsmtp_fault_set(fault, DSMTP_SYNTAX, "%.200s: expected certificates in PEM form: %s",
                           file != NULL ? file : "the system's certificates", words);
}
