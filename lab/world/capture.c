/* capture.c - the writer of capture.h. */
#include "world/capture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Everything that comes in while the writer does not run. */
#define BUFFER_OCTETS (64 << 20)

static const char *const names[LAB_IF_COUNT] = {"eth0", "lo"};

static int listen_on(const char *name, struct lab_fault *fault)
{
    struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
    const int octets = BUFFER_OCTETS;
    const int on = 1;
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));

    at.sll_ifindex = (int)if_nametoindex(name);
    if (fd < 0 || at.sll_ifindex == 0 || bind(fd, (const struct sockaddr *)&at, sizeof(at)) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) != 0) {
        (void)lab_fail_errno(fault, "cannot listen on %s", name);
        if (fd >= 0)
            (void)close(fd);
        return -1;
    }
    /* more than the usual limit; without the right to it, what the system allows */
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof(octets)) != 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof(octets));
    return fd;
}

static int64_t arrival(struct msghdr *message)
{
    struct timespec t = {0};

    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS)
            memcpy(&t, CMSG_DATA(c), sizeof(t));
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* IPv4 or IPv6 with UDP or TCP in it, without extension headers: the rest is of no interest. */
static bool wanted(const uint8_t *frame, size_t len)
{
    unsigned type = len >= ETH_HLEN ? (unsigned)(frame[12] << 8 | frame[13]) : 0;
    unsigned protocol = type == ETH_P_IP && len > ETH_HLEN + 9     ? frame[ETH_HLEN + 9]
                        : type == ETH_P_IPV6 && len > ETH_HLEN + 6 ? frame[ETH_HLEN + 6]
                                                                   : 0;

    return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP;
}

/* One frame to the file, in one write so that no reader sees half of it. */
static void take(int fd, uint32_t interface, int out)
{
    static uint8_t buffer[sizeof(struct lab_capture_head) + LAB_CAPTURE_FRAME_MAX];
    struct lab_capture_head head = {.interface = interface};
    uint8_t *frame = buffer + sizeof(head);
    char control[64];
    struct sockaddr_ll from;
    struct iovec data = {frame, LAB_CAPTURE_FRAME_MAX};
    struct msghdr message = {.msg_name = &from,
                             .msg_namelen = sizeof(from),
                             .msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof(control)};
    ssize_t len = recvmsg(fd, &message, MSG_DONTWAIT);

    /* on the loopback every packet comes by twice */
    if (len <= 0 || (interface == LAB_IF_LOOPBACK && from.sll_pkttype == PACKET_OUTGOING) ||
        !wanted(frame, (size_t)len))
        return;
    head.len = (uint32_t)len;
    head.ns = arrival(&message);
    memcpy(buffer, &head, sizeof(head));
    if (write(out, buffer, sizeof(head) + (size_t)len) < 0)
        _exit(EX_IOERR);
}

static _Noreturn void record(const int sockets[LAB_IF_COUNT], int out)
{
    struct pollfd wait[LAB_IF_COUNT];

    for (int sig = 1; sig < NSIG; sig++)
        (void)signal(sig, SIG_DFL);
    for (uint32_t i = 0; i < LAB_IF_COUNT; i++)
        wait[i] = (struct pollfd){.fd = sockets[i], .events = POLLIN};
    for (;;) {
        if (poll(wait, LAB_IF_COUNT, -1) < 0 && errno != EINTR)
            _exit(EX_OSERR);
        for (uint32_t i = 0; i < LAB_IF_COUNT; i++)
            if ((wait[i].revents & POLLIN) != 0)
                take(sockets[i], i, out);
    }
}

static int listen_there(int sender, int internet, int sockets[LAB_IF_COUNT],
                        struct lab_fault *fault)
{
    struct lab_fault second;
    int rc = 0;

    if (lab_spaces_enter_net(sender, fault) != 0)
        return -1;
    for (unsigned i = 0; i < LAB_IF_COUNT && rc == 0; i++)
        rc = (sockets[i] = listen_on(names[i], fault)) < 0 ? -1 : 0;
    if (lab_spaces_enter_net(internet, rc == 0 ? fault : &second) != 0)
        rc = -1;
    return rc;
}

int lab_capture_start(int sender, int internet, const char *path, pid_t *pid,
                      struct lab_fault *fault)
{
    int sockets[LAB_IF_COUNT] = {-1, -1};
    int out = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    int rc = out < 0 ? lab_fail_errno(fault, "%s: cannot create", path)
                     : listen_there(sender, internet, sockets, fault);
    pid_t child;

    if (rc == 0) {
        (void)fflush(NULL);
        child = fork();
        if (child == 0)
            record(sockets, out);
        if (child < 0)
            rc = lab_fail_errno(fault, "cannot start the recorder of packets");
        else
            *pid = child;
    }
    for (unsigned i = 0; i < LAB_IF_COUNT; i++)
        if (sockets[i] >= 0)
            (void)close(sockets[i]);
    if (out >= 0)
        (void)close(out);
    return rc;
}
