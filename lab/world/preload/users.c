/* users.c - a library preloaded into senders that insist on changing their user where there is only
 * one: in a user namespace of an ordinary user, without subordinate ids. Changing user, group or
 * owner succeeds and changes nothing but what the process is told about itself afterwards.
 *
 * Parameters have names of ours, not those of the C library's headers.
 * NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */
#include <grp.h>
#include <sys/types.h>
#include <unistd.h>

/* Who the process believes to be: real, effective, saved. It begins as the only user there is. */
static uid_t user[3];
static gid_t group[3];

static int become(unsigned *ids, unsigned real, unsigned effective, unsigned saved)
{
    const unsigned wanted[] = {real, effective, saved};

    for (int i = 0; i < 3; i++)
        if (wanted[i] != (unsigned)-1)
            ids[i] = wanted[i];
    return 0;
}

uid_t getuid(void)
{
    return user[0];
}

uid_t geteuid(void)
{
    return user[1];
}

gid_t getgid(void)
{
    return group[0];
}

gid_t getegid(void)
{
    return group[1];
}

int getresuid(uid_t *real, uid_t *effective, uid_t *saved)
{
    *real = user[0];
    *effective = user[1];
    *saved = user[2];
    return 0;
}

int getresgid(gid_t *real, gid_t *effective, gid_t *saved)
{
    *real = group[0];
    *effective = group[1];
    *saved = group[2];
    return 0;
}

int setuid(uid_t id)
{
    return become(user, id, id, id);
}

int seteuid(uid_t id)
{
    return become(user, (uid_t)-1, id, (uid_t)-1);
}

int setreuid(uid_t real, uid_t effective)
{
    return become(user, real, effective, effective);
}

int setresuid(uid_t real, uid_t effective, uid_t saved)
{
    return become(user, real, effective, saved);
}

int setgid(gid_t id)
{
    return become(group, id, id, id);
}

int setegid(gid_t id)
{
    return become(group, (gid_t)-1, id, (gid_t)-1);
}

int setregid(gid_t real, gid_t effective)
{
    return become(group, real, effective, effective);
}

int setresgid(gid_t real, gid_t effective, gid_t saved)
{
    return become(group, real, effective, saved);
}

int setgroups(size_t count, const gid_t *list)
{
    (void)count;
    (void)list;
    return 0;
}

int initgroups(const char *name, gid_t id)
{
    (void)name;
    (void)id;
    return 0;
}

int chown(const char *path, uid_t owner, gid_t of_group)
{
    (void)path;
    (void)owner;
    (void)of_group;
    return 0;
}

int lchown(const char *path, uid_t owner, gid_t of_group)
{
    return chown(path, owner, of_group);
}

int fchown(int fd, uid_t owner, gid_t of_group)
{
    (void)fd;
    (void)owner;
    (void)of_group;
    return 0;
}

int fchownat(int dir, const char *path, uid_t owner, gid_t of_group, int flags)
{
    (void)dir;
    (void)flags;
    return chown(path, owner, of_group);
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
