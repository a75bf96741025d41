/* keys.c - the fixed test keys, read once. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "pki/pki_internal.h"

int lab_pki_fail(struct lab_fault *fault, const char *what)
{
    char text[200];

    ERR_error_string_n(ERR_peek_error(), text, sizeof(text));
    ERR_clear_error();
    return lab_fail(fault, EX_SOFTWARE, "%s: %s", what, text);
}

static int is_pem(const struct dirent *d)
{
    size_t len = strlen(d->d_name);

    return len > 4 && d->d_name[0] != '.' && strcmp(d->d_name + len - 4, ".pem") == 0;
}

/* Without this an encrypted key would ask for a passphrase on the terminal. */
static int no_passphrase(char *buf, int size, int rwflag, void *self)
{
    (void)buf, (void)size, (void)rwflag, (void)self;
    return -1;
}

static int load_one(const char *dir, const char *file, struct lab_key *out, struct lab_fault *fault)
{
    char *path = lab_format("%s/%s", dir, file);
    FILE *in = fopen(path, "re");
    int result = 0;

    if (in == NULL) {
        result = lab_fail_errno(fault, "%s", path);
    } else {
        out->key = PEM_read_PrivateKey(in, NULL, no_passphrase, NULL);
        (void)fclose(in);
        ERR_clear_error();
        if (out->key == NULL)
            result = lab_fail(fault, EX_DATAERR,
                              "%s:1:1: not a private key; expected PEM without a passphrase", path);
        else if (!EVP_PKEY_is_a(out->key, "RSA") && !EVP_PKEY_is_a(out->key, "ED25519") &&
                 !EVP_PKEY_is_a(out->key, "EC"))
            result =
                lab_fail(fault, EX_DATAERR,
                         "%s:1:1: a key of another kind; expected RSA, Ed25519 or ECDSA", path);
    }
    free(path);
    out->name = lab_strndup(file, strlen(file) - 4);
    return result;
}

int lab_keys_load(const char *dir, struct lab_keys *out, struct lab_fault *fault)
{
    struct dirent **files = NULL;
    int i, count = scandir(dir, &files, is_pem, alphasort);
    int result = 0;

    if (count < 0)
        return lab_fail_errno(fault, "%s", dir);
    out->list = lab_calloc((size_t)count, sizeof(*out->list));
    out->count = 0;
    for (i = 0; i < count; i++) {
        if (result == 0)
            result = load_one(dir, files[i]->d_name, &out->list[out->count++], fault);
        free(files[i]);
    }
    free(files);
    if (result != 0)
        lab_keys_free(out);
    return result;
}

void lab_keys_free(struct lab_keys *keys)
{
    size_t i;

    for (i = 0; i < keys->count; i++) {
        free(keys->list[i].name);
        EVP_PKEY_free(keys->list[i].key);
    }
    free(keys->list);
    *keys = (struct lab_keys){0};
}

static EVP_PKEY *find(const struct lab_keys *keys, const char *name)
{
    size_t i;

    for (i = 0; i < keys->count; i++) {
        if (strcmp(keys->list[i].name, name) == 0)
            return keys->list[i].key;
    }
    return NULL;
}

static EVP_PKEY *find_numbered(const struct lab_keys *keys, const char *name, unsigned number)
{
    char *full = lab_format("%s-%u", name, number);
    EVP_PKEY *key = find(keys, full);

    free(full);
    return key;
}

EVP_PKEY *lab_keys_find(const struct lab_keys *keys, const char *name, unsigned salt)
{
    EVP_PKEY *key = find(keys, name);
    unsigned pool = 0;

    if (key != NULL)
        return key;
    while (find_numbered(keys, name, pool) != NULL)
        pool++;
    return pool > 0 ? find_numbered(keys, name, salt % pool) : NULL;
}
