/* net.c - the wire between sender and internet, and the routes on both sides. */
#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "world/internal.h"

#define NET_LOG LAB_WORLD_DIR "/ip.log"

/* Lines of `ip -batch`. The sender's end is made there and the other end given to PID 1, which is
 * in the internet. IPv6 addresses are used at once (nodad), and no link-local ones are made, which
 * would first have to be probed for. Both sides know each other's hardware address for good:
 * without link-local addresses the kernel cannot find it again after a minute without traffic. */
#define SENDER_MAC "02:00:00:00:00:01"
#define INTERNET_MAC "02:00:00:00:00:02"
static const char sender4[] =
    "link add eth0 address " SENDER_MAC " type veth peer name sender address " INTERNET_MAC
    " netns 1\n"
    "link set eth0 addrgenmode none up\n"
    "address add 192.0.2.1/24 dev eth0\n"
    "neighbour add 192.0.2.2 lladdr " INTERNET_MAC " dev eth0 nud permanent\n"
    "route add default via 192.0.2.2\n";
static const char sender6[] =
    "address add 2001:db8:25::1/64 dev eth0 nodad\n"
    "neighbour add 2001:db8:25::2 lladdr " INTERNET_MAC " dev eth0 nud permanent\n"
    "route add default via 2001:db8:25::2\n";
static const char internet4[] =
    "link set sender addrgenmode none up\n"
    "address add 192.0.2.2/24 dev sender\n"
    "neighbour add 192.0.2.1 lladdr " SENDER_MAC " dev sender nud permanent\n"
    "route add local 198.18.0.0/15 dev lo\n";
static const char internet6[] =
    "address add 2001:db8:25::2/64 dev sender nodad\n"
    "neighbour add 2001:db8:25::1 lladdr " SENDER_MAC " dev sender nud permanent\n"
    "route add local 2001:db8:18::/48 dev lo\n";

static int run_ip(const struct lab_world *w, const struct lab_spaces *where, const char *path,
                  const struct lab_text *batch, struct lab_fault *fault)
{
    char option[] = "-batch";
    char *file = lab_strdup(path);
    char *argv[] = {w->tools.ip, option, file, NULL};
    struct lab_daemon ip = {.name = w->tools.ip, .log = NET_LOG};
    int rc = lab_file_write(path, batch->text, batch->len, fault);
    int status = 0;
    char *line;

    if (rc == 0)
        rc = lab_daemon_start(&ip, argv, where, NULL, fault);
    free(file);
    if (rc != 0)
        return -1;
    while (waitpid(ip.pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (status == 0)
        return 0;
    line = lab_last_line(NET_LOG);
    (void)lab_fail(fault, EX_OSERR, "cannot set up the network (%s -batch %s): %s", w->tools.ip,
                   path, line);
    free(line);
    return -1;
}

/* IPv6 may be absent, or switched off for new interfaces. */
static bool have_ipv6(void)
{
    struct lab_fault ignored;
    char *text = NULL;
    bool on =
        lab_file_read("/proc/sys/net/ipv6/conf/default/disable_ipv6", &text, NULL, &ignored) == 0 &&
        text[0] == '0';

    free(text);
    return on;
}

/* No route to hosts that are to be unreachable: connecting fails at once with "no route to host".
 */
static void put_unreachable(const struct lab_world *w, struct lab_text *batch)
{
    for (size_t i = 0; i < w->hosts_count; i++) {
        if (!w->hosts[i].behaviour->unreachable)
            continue;
        lab_text_put(batch, "route add unreachable %s/32\n", w->hosts[i].address4);
        if (w->ipv6)
            lab_text_put(batch, "route add unreachable %s/128\n", w->hosts[i].address6);
    }
}

int lab_world_connect(struct lab_world *w, struct lab_fault *fault)
{
    struct lab_spaces there = LAB_SPACES_NONE;
    struct lab_text sender = {0};
    struct lab_text internet = {0};
    int rc;

    w->ipv6 = have_ipv6();
    there.net = w->sender.net;
    lab_text_put(&sender, "%s%s", sender4, w->ipv6 ? sender6 : "");
    put_unreachable(w, &sender);
    lab_text_put(&internet, "%s%s", internet4, w->ipv6 ? internet6 : "");
    rc = run_ip(w, &there, LAB_WORLD_DIR "/sender.ip", &sender, fault);
    if (rc == 0)
        rc = run_ip(w, NULL, LAB_WORLD_DIR "/internet.ip", &internet, fault);
    free(sender.text);
    free(internet.text);
    return rc;
}
