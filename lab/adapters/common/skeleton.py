#!/usr/bin/env python3
"""Adapter for NAME. The protocol: ../README.md; ../postfix and ../danesmtp are examples.

What is to be filled in: how to find out the version, how to hand the message over, where the outcome stands. Then
`danelab adapter check NAME` must end with PASS for every control before anything else can be believed."""
import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "common"))
from sender import Room, Sender, Unsupported, deadline_of, left, run, serve, with_reason  # noqa: E402

# Words of the sender's log to reason words of the lab (../README.md lists them); more telling rows first. A sender whose words map
# to nothing is not blamed, so leave out what is not certain.
REASONS = [
    ("TLSA lookup failed", "TLSA_ERROR"),
]  # table_of(FILE) reads a longer one


class Adapter(Sender):
    name = "NAME"
    profiles = ["rfc7672"]
    policies = ["dane"]  # of dane, dane-only, may, encrypt: those that it can be configured for. Never claim one that it has not.

    def version(self):
        raise Unsupported("this adapter has yet to be filled in: version() and what follows")
        # For a sender from Debian packages (named in the file packages): a private view of /usr with them, writable /etc, and the users
        # that it wants. Without packages leave this out.
        self.room = Room("NAME", "/var")
        self.room.users(NAME=5100)
        return run("NAME", "--version").split()[-1]

    def start(self, request):
        # self.config: dir, resolver, trust_anchor, ca_file, helo, profile, policy, variant, timeout, seed, jobs, wrap
        self.room.write("/etc/NAME.conf", "hostname = %(helo)s\ntimeout = %(timeout)s\n" % self.config)
        # Return when the sender is ready for messages; compress its clocks, so that it decides within seconds.
        return {}

    def deliver(self, message, deadline):
        # One process for a message: {"id", "to"}. self.sender and self.file (the text) are for all.
        try:
            with open(self.file, "rb") as text:
                done = subprocess.run(["NAME", "-f", self.sender, message["to"]], stdin=text, capture_output=True, text=True,
                                      timeout=left(deadline))
        except subprocess.TimeoutExpired:
            return None  # no outcome in time: HANG
        outcome = "delivered" if done.returncode == 0 else "deferred"  # or bounced, crashed
        # What it says of its connections is held against the wire: {"address": "198.18.0.1", "result": "encrypted"}, or
        # authenticated or cleartext.
        result = {"id": message["id"], "outcome": outcome, "text": done.stderr.strip(), "claims": []}
        return with_reason(result, REASONS, done.stderr)

    def wait(self, request, say):
        # Many at once, or the deadline (danelab run --deadline, 60 seconds for a batch) comes first.
        deadline = deadline_of(request)
        return {"results": self.each(lambda message: self.deliver(message, deadline), self.messages, say)}

    def stop(self, request):
        # No process may be left, and what is worth keeping must be in self.config["dir"].
        return {}


serve(Adapter())
