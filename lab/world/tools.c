/* tools.c - finds the programs and the library that a world is made of. */
#include <elf.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "world/internal.h"

/* Ordinary users' PATH often lacks the directories of daemons. */
char *lab_tools_program(const char *name)
{
    const char *path = getenv("PATH");
    char *all =
        lab_format("%s:/usr/local/sbin:/usr/sbin:/sbin", path != NULL ? path : "/usr/bin:/bin");
    char *rest = all;
    char *found = NULL;
    char *dir;

    while (found == NULL && (dir = strsep(&rest, ":")) != NULL) {
        char *file = lab_format("%s/%s", dir, name);

        if (dir[0] == '/' && access(file, X_OK) == 0)
            found = file;
        else
            free(file);
    }
    free(all);
    return found;
}

static bool read_ident(const char *path, Elf32_Ehdr *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && read(fd, out, sizeof(*out)) == (ssize_t)sizeof(*out);

    if (fd >= 0)
        (void)close(fd);
    return ok && memcmp(out->e_ident, ELFMAG, SELFMAG) == 0;
}

/* Where libraries of several architectures are installed, take the one of our own. (The fields
 * compared have the same place in 32 and 64 bit files.) */
static bool is_for_us(const char *path)
{
    Elf32_Ehdr it;
    Elf32_Ehdr us;

    return read_ident(path, &it) && read_ident("/proc/self/exe", &us) &&
           it.e_machine == us.e_machine && it.e_ident[EI_CLASS] == us.e_ident[EI_CLASS];
}

static char *find_faketime(void)
{
    static const char *const places[] = {"/usr/lib/*/faketime/libfaketime.so.1",
                                         "/usr/lib*/faketime/libfaketime.so.1",
                                         "/usr/local/lib/faketime/libfaketime.so.1"};
    char *found = NULL;

    for (size_t i = 0; i < LAB_COUNT(places) && found == NULL; i++) {
        glob_t files;

        if (glob(places[i], 0, NULL, &files) != 0)
            continue;
        for (size_t j = 0; j < files.gl_pathc && found == NULL; j++) {
            if (is_for_us(files.gl_pathv[j]))
                found = lab_strdup(files.gl_pathv[j]);
        }
        globfree(&files);
    }
    return found;
}

void lab_tools_find(const struct lab_resolver *resolver, struct lab_tools *out)
{
    out->nsd = lab_tools_program("nsd");
    out->resolver = lab_tools_program(resolver->program);
    out->ip = lab_tools_program("ip");
    out->faketime = find_faketime();
}

void lab_tools_free(struct lab_tools *tools)
{
    free(tools->nsd);
    free(tools->resolver);
    free(tools->ip);
    free(tools->faketime);
    *tools = (struct lab_tools){0};
}

int lab_tools_check(const struct lab_tools *tools, const struct lab_resolver *resolver,
                    struct lab_fault *fault)
{
    char what[80];

    const struct {
        const char *found;
        const char *what;
        const char *package;
    } needs[] = {{tools->nsd, "program nsd", "nsd"},
                 {tools->resolver, what, resolver->package},
                 {tools->ip, "program ip", "iproute2"},
                 {tools->faketime, "library libfaketime.so.1", "libfaketime"}};

    (void)snprintf(what, sizeof(what), "program %s", resolver->program);
    for (size_t i = 0; i < LAB_COUNT(needs); i++) {
        if (needs[i].found == NULL)
            return lab_fail(fault, EX_UNAVAILABLE, "%s not found (install the package %s)",
                            needs[i].what, needs[i].package);
    }
    return 0;
}
