"""Senders that hand all mail to one host and look up no MX records. As somebody would who configures one by hand, the adapter names the
MX host of the domain; where there is none, or several to choose from, the sender has no part in it. Derive from Relay and give
send(host, to). The protocol: ../README.md."""
import socket
import struct
import subprocess

from sender import Sender, deadline_of, left

MX = 15


def name_at(packet, at):
    """(the name that begins there, where it ends)"""
    labels, end = [], None
    while packet[at]:
        if packet[at] >= 0xC0:
            end = at + 2 if end is None else end
            at = struct.unpack("!H", packet[at:at + 2])[0] & 0x3FFF
        else:
            labels.append(packet[at + 1:at + 1 + packet[at]].decode("latin-1"))
            at += packet[at] + 1
    return ".".join(labels), at + 1 if end is None else end


def mx_hosts(resolver, domain):
    """The hosts of the domain's MX records. RuntimeError: no answer that says so."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in domain.split(".")) + b"\0"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(3)
        s.sendto(struct.pack("!6H", 1, 0x100, 1, 0, 0, 0) + labels + struct.pack("!2H", MX, 1), (resolver, 53))
        packet = s.recv(65535)
    flags, count = struct.unpack("!2xH2xH", packet[:8])
    if flags & 0x020F:
        raise RuntimeError("truncated" if flags & 0x0200 else "return code %d" % (flags & 15))
    hosts, at = [], 12 + len(labels) + 4
    for _ in range(count):
        _, at = name_at(packet, at)
        kind, length = struct.unpack("!H6xH", packet[at:at + 10])
        if kind == MX:
            hosts.append(name_at(packet, at + 12)[0])
        at += 10 + length
    return hosts


class Relay(Sender):
    def send(self, host, to):
        """(outcome, text) of one message to one host."""
        raise NotImplementedError

    def outcome_of(self, argv, refused, **more):
        """(outcome, text) of the program that hands a message over; refused(status, text): for good. No outcome: it did not end in time."""
        try:
            done = subprocess.run(argv, capture_output=True, text=True, errors="replace", timeout=left(self.deadline), **more)
        except subprocess.TimeoutExpired:
            return None, ""
        if done.returncode < 0:
            return "crashed", "killed by signal %d" % -done.returncode
        said = " ".join((done.stdout + done.stderr).split())
        return "delivered" if done.returncode == 0 else "bounced" if refused(done.returncode, said) else "deferred", said

    def one(self, to):
        try:
            hosts = mx_hosts(self.config["resolver"], to.rsplit("@")[1])
        except (OSError, RuntimeError) as error:
            return "unsupported", "%s hands everything to one host and looks up no MX records (here: %s)" % (self.name, error)
        if len(hosts) != 1 or not hosts[0]:
            return "unsupported", "%s hands everything to one host and looks up no MX records (here are %d)" % (self.name, len(hosts))
        return self.send(hosts[0], to)

    def wait(self, request, say):
        self.deadline = deadline_of(request, 3)

        def result(message):
            outcome, text = self.one(message["to"])
            return {"id": message["id"], "outcome": outcome, "text": text} if outcome else None

        return {"results": self.each(result, self.messages, say, max(1, self.config["jobs"] // 4))}
