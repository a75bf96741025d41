/* sender.c - the sender's place: its own network, host name, and an /etc that leads to the lab. */
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <time.h>
#include <unistd.h>

#include "world/internal.h"

#define ETC LAB_WORLD_DIR "/etc"
#define CLOCK LAB_WORLD_DIR "/clock.so"
#define HOSTNAME "sender.lab"

static const struct {
    const char *path;
    const char *text;
} files[] = {
    {ETC "/hosts", "127.0.0.1 localhost\n::1 localhost\n192.0.2.1 " HOSTNAME
                   " sender\n2001:db8:25::1 " HOSTNAME " sender\n"},
    {ETC "/nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\nhosts: files "
                           "dns\nnetworks: files\nprotocols: files\n"
                           "services: files\nethers: files\nrpc: files\n"},
    {ETC "/hostname", HOSTNAME "\n"},
    {ETC "/mailname", HOSTNAME "\n"},
};

static int copy_file(const char *from, const char *to, struct lab_fault *fault)
{
    char *text = NULL;
    size_t len;
    int rc = lab_file_read(from, &text, &len, fault);

    if (rc == 0)
        rc = lab_file_write(to, text, len, fault);
    free(text);
    return rc;
}

/* The library of preload/clock.c goes where everybody may read it. Without it some programs hang;
 * doctor says so. */
static int copy_preload(const struct lab_world *w, bool *there, struct lab_fault *fault)
{
    char *from = lab_format("%s/danelab-clock.so", w->bin);
    int rc = 0;

    *there = access(from, R_OK) == 0;
    if (*there)
        rc = copy_file(from, CLOCK, fault);
    free(from);
    return rc;
}

/* An offset, not a date: with a date every process would start its own clock there, and they would
 * drift apart. Always as many octets in the same file: who reads it while it is written, below the
 * overlay, finds one or the other. */
int lab_world_set_clock(const struct lab_world *w, unsigned now, struct lab_fault *fault)
{
    const long long seconds = (long long)w->clock_offset + now;
    char *offset = lab_format("%+016lld\n", seconds);
    int fd = open(ETC "/faketimerc", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    size_t len = strlen(offset);
    int rc = 0;

    if (fd < 0 || write(fd, offset, len) != (ssize_t)len)
        rc = lab_fail_errno(fault, "%s: cannot write", ETC "/faketimerc");
    if (fd >= 0)
        (void)close(fd);
    free(offset);
    return rc;
}

static int write_clock(struct lab_world *w, struct lab_fault *fault)
{
    char *preload;
    bool ours;
    int rc = copy_preload(w, &ours, fault);

    w->clock_offset = LAB_EPOCH - (int64_t)time(NULL);
    preload = lab_format("%s%s\n", ours ? CLOCK " " : "", w->tools.faketime);
    if (rc == 0 && (lab_file_write(ETC "/ld.so.preload", preload, strlen(preload), fault) != 0 ||
                    lab_world_set_clock(w, 0, fault) != 0))
        rc = -1;
    free(preload);
    return rc;
}

static int write_delv_keys(struct lab_fault *fault)
{
    struct lab_text keys = {0};
    int rc = lab_world_put_anchor(&keys, fault);

    if (rc == 0)
        rc = lab_file_write(ETC "/danelab/delv.keys", keys.text, keys.len, fault);
    free(keys.text);
    return rc;
}

/* "search .": the host's domain is not to be tried, or senders ask for x.example.lab first. */
static int write_resolv_conf(const struct lab_world *w, struct lab_fault *fault)
{
    const char *text = w->resolver->trust_ad
                           ? "nameserver " LAB_RESOLVER "\nsearch .\noptions trust-ad edns0\n"
                           : "nameserver " LAB_RESOLVER "\nsearch .\noptions edns0\n";

    return lab_file_write(ETC "/resolv.conf", text, strlen(text), fault);
}

static int write_etc(struct lab_world *w, struct lab_fault *fault)
{
    if (lab_make_dirs(ETC "/unbound", fault) != 0 || lab_make_dirs(ETC "/danelab", fault) != 0)
        return -1;
    for (size_t i = 0; i < LAB_COUNT(files); i++) {
        if (lab_file_write(files[i].path, files[i].text, strlen(files[i].text), fault) != 0)
            return -1;
    }
    if (write_resolv_conf(w, fault) != 0 ||
        copy_file(LAB_WORLD_DIR "/trust-anchor", ETC "/unbound/root.key", fault) != 0 ||
        copy_file(LAB_WORLD_DIR "/trust-anchor", ETC "/danelab/trust-anchor", fault) != 0 ||
        copy_file(LAB_WORLD_DIR "/root.hints", ETC "/danelab/root.hints", fault) != 0 ||
        write_delv_keys(fault) != 0 ||
        lab_pki_write_roots(w->pki, ETC "/danelab/roots.pem", fault) != 0)
        return -1;
    return write_clock(w, fault);
}

/* Inside the new namespaces. */
static int furnish(const struct lab_world *w, struct lab_fault *fault)
{
    if (sethostname(HOSTNAME, strlen(HOSTNAME)) != 0)
        return lab_fail_errno(fault, "cannot set the sender's host name");
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        return lab_fail_errno(fault, "cannot make the sender's mounts private");
    if (mount("overlay", "/etc", "overlay", MS_RDONLY | MS_NOSUID | MS_NODEV,
              "lowerdir=" ETC ":/etc") != 0)
        return lab_fail_errno(fault, "cannot mount an overlay on /etc (needs the kernel's overlay "
                                     "module, and Linux 5.11 or root)");
    /* under this name no AppArmor profile keeps it away from LAB_WORLD_DIR */
    if (mount(w->tools.resolver, LAB_WORLD_DIR "/resolver", NULL, MS_BIND, NULL) != 0)
        return lab_fail_errno(fault, "cannot bind %s", w->tools.resolver);
    return lab_loopback_up(fault);
}

int lab_world_make_sender(struct lab_world *w, struct lab_fault *fault)
{
    struct lab_fault second;
    int here;
    int rc;

    if (write_etc(w, fault) != 0 || lab_file_write(LAB_WORLD_DIR "/resolver", "", 0, fault) != 0 ||
        lab_spaces_here(&w->internet, fault) != 0)
        return -1;
    here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (unshare(CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWUTS) != 0)
        rc = lab_world_refused("cannot make the sender's namespaces", fault);
    else
        rc = furnish(w, fault);
    if (rc == 0)
        rc = lab_spaces_here(&w->sender, fault);
    /* back again; entering a mount namespace leads to its root directory */
    if (lab_spaces_enter(&w->internet, rc == 0 ? fault : &second) != 0 ||
        (here >= 0 && fchdir(here) != 0))
        rc = rc == 0 ? lab_fail_errno(fault, "cannot go back to the internet") : rc;
    if (here >= 0)
        (void)close(here);
    return rc;
}
