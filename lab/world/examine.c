/* examine.c - looks at a machine from outside and from within namespaces. */
#include "world/examine.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "world/internal.h"

enum {
    KERNEL,
    NSD,
    UNBOUND,
    IP,
    PYTHON,
    FAKETIME,
    CLOCK,
    NAMESPACES,
    OVERLAY,
    IPV6,
    PORTS,
    BIND,
    KNOT,
    WORLD
};

static const char *const titles[LAB_NEEDS] = {
    [KERNEL] = "kernel",
    [NSD] = "nsd",
    [UNBOUND] = "unbound",
    [IP] = "ip",
    [PYTHON] = "python3",
    [FAKETIME] = "libfaketime",
    [CLOCK] = "danelab-clock.so",
    [NAMESPACES] = "namespaces",
    [OVERLAY] = "overlay on /etc",
    [IPV6] = "IPv6",
    [PORTS] = "ports 25 and 53",
    [BIND] = "bind",
    [KNOT] = "knot",
    [WORLD] = "a world",
};

/* What the body of the trial world is given; needs is shared memory. */
struct trial {
    const struct lab_paths *paths;
    struct lab_need *needs;
};

static void note(struct lab_need *need, enum lab_finding finding, const char *says)
{
    need->finding = finding;
    (void)snprintf(need->says, sizeof(need->says), "%s", says);
}

static void note_tool(struct lab_need *need, const char *path, const char *package)
{
    char *says =
        path != NULL ? lab_strdup(path) : lab_format("not found; install the package %s", package);

    note(need, path != NULL ? LAB_FOUND : LAB_MISSING, says);
    free(says);
}

/* Other resolvers are an axis for whoever has them. */
static void note_resolver(struct lab_need *need, const char *name)
{
    const struct lab_resolver *r = lab_resolver_find(name);
    char *path = lab_tools_program(r->program);
    char *says = path != NULL ? lab_strdup(path)
                              : lab_format("no %s; danelab run --resolver %s needs the package %s",
                                           r->program, name, r->package);

    note(need, path != NULL ? LAB_FOUND : LAB_WANTING, says);
    free(says);
    free(path);
}

static void examine_files(const struct lab_paths *paths, struct lab_need *needs)
{
    struct lab_tools tools;
    struct utsname kernel;
    char *python;
    char *clock_library = lab_format("%s/danelab-clock.so", paths->bin);
    bool there = access(clock_library, R_OK) == 0;

    if (uname(&kernel) == 0)
        note(&needs[KERNEL], LAB_FOUND, kernel.release);
    python = lab_tools_program("python3");
    note(&needs[PYTHON], python != NULL ? LAB_FOUND : LAB_MISSING,
         python != NULL ? python
                        : "not found; no adapter can be run, only danelab run --fast; install the "
                          "package python3");
    free(python);
    lab_tools_find(lab_resolver_at(0), &tools);
    note_tool(&needs[NSD], tools.nsd, "nsd");
    note_tool(&needs[UNBOUND], tools.resolver, "unbound");
    note_tool(&needs[IP], tools.ip, "iproute2");
    note_tool(&needs[FAKETIME], tools.faketime, "libfaketime");
    note(&needs[CLOCK], there ? LAB_FOUND : LAB_WANTING,
         there ? clock_library
               : "not beside danelab; in a world, dig and programs that wait by monotonic clocks "
                 "will hang");
    note_resolver(&needs[BIND], "bind");
    note_resolver(&needs[KNOT], "knot");
    lab_tools_free(&tools);
    free(clock_library);
}

static void examine_overlay(struct lab_need *need)
{
    struct lab_fault fault;

    if (lab_make_dirs(LAB_WORLD_DIR "/trial", &fault) != 0)
        note(need, LAB_MISSING, fault.what);
    else if (mount("overlay", "/etc", "overlay", MS_RDONLY,
                   "lowerdir=" LAB_WORLD_DIR "/trial:/etc") != 0)
        note(need, LAB_MISSING,
             errno == ENODEV ? "the kernel has no overlay file system; as root: modprobe overlay"
                             : "refused; needs Linux 5.11 or newer, or root");
    else
        note(need, LAB_FOUND, "can be mounted");
    (void)umount("/etc");
}

static bool can_bind(int family, int type, uint16_t port)
{
    struct sockaddr_in to4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 to6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    const struct sockaddr *to =
        family == AF_INET ? (const struct sockaddr *)&to4 : (const struct sockaddr *)&to6;
    int fd = socket(family, type | SOCK_CLOEXEC, 0);
    bool ok = fd >= 0 && bind(fd, to, family == AF_INET ? sizeof(to4) : sizeof(to6)) == 0;

    if (fd >= 0)
        (void)close(fd);
    return ok;
}

static int body(void *self)
{
    const struct trial *t = self;
    struct lab_need *needs = t->needs;
    struct lab_world *world = NULL;
    struct lab_fault fault;

    note(&needs[NAMESPACES], LAB_FOUND,
         geteuid() == 0 ? "user, mount, network, PID, UTS, IPC"
                        : "made, but the user is not mapped");
    examine_overlay(&needs[OVERLAY]);
    if (can_bind(AF_INET6, SOCK_STREAM, 25))
        note(&needs[IPV6], LAB_FOUND, "available");
    else
        note(&needs[IPV6], LAB_WANTING, "not available; the world will have IPv4 only");
    if (can_bind(AF_INET, SOCK_STREAM, 25) && can_bind(AF_INET, SOCK_DGRAM, 53) &&
        can_bind(AF_INET, SOCK_STREAM, 53))
        note(&needs[PORTS], LAB_FOUND, "free within the world; those of this machine are not used");
    else
        note(&needs[PORTS], LAB_MISSING, "cannot be bound within the world");
    if (lab_world_start(t->paths, NULL, NULL, 0, &world, &fault) != 0) {
        note(&needs[WORLD], LAB_MISSING, fault.what);
        return 1;
    }
    (void)snprintf(needs[WORLD].says, sizeof(needs[WORLD].says), "started in %d ms",
                   lab_world_boot_ms(world));
    needs[WORLD].finding = LAB_FOUND;
    lab_world_stop(&world);
    return 0;
}

void lab_world_examine(const struct lab_paths *paths, struct lab_need out[LAB_NEEDS])
{
    const size_t size = LAB_NEEDS * sizeof(*out);
    struct trial t = {.paths = paths};
    struct lab_fault fault;

    for (size_t i = 0; i < LAB_NEEDS; i++)
        out[i] = (struct lab_need){.what = titles[i], .finding = LAB_UNTRIED, .says = "not tried"};
    examine_files(paths, out);
    /* cppcheck-suppress invalidFunctionArg ; -1 is right for MAP_ANONYMOUS */
    t.needs = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (t.needs == MAP_FAILED)
        return; /* cppcheck-suppress memleak ; nothing was mapped */
    memcpy(t.needs, out, size);
    if (lab_world_enter(body, &t, &fault) < 0)
        note(&t.needs[NAMESPACES], LAB_MISSING, fault.what);
    memcpy(out, t.needs, size);
    (void)munmap(t.needs, size);
}
