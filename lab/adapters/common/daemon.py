"""Senders that run on their own and say in a log what became of each message. Derive from Daemon and give start(), which calls launch(),
and outcome_of(), a line's (recipient, outcome, text); inject() unless it takes mail by SMTP. The protocol: ../README.md."""
import fnmatch
import itertools
import os
import signal
import smtplib
import socket
import subprocess
import time

from sender import HERE, Sender, deadline_of, inject, run, table_of, until

PORT = 2525  # of those that take mail by SMTP, on 127.0.0.1


def self_signed(key, certificate):
    """For servers that insist on having one; the lab's own hosts never see it."""
    run("openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=lab", "-keyout", key, "-out", certificate)


class Daemon(Sender):
    log = "/var/log/sender.log"  # what its processes print goes there, too
    process = None
    patience = 33  # seconds without news: twice what a silent host holds out

    def launch(self, *argv, **more):
        """Start it, in the foreground: self.process."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **more)

    def fresh_log(self):
        os.makedirs(os.path.dirname(self.log), exist_ok=True)
        open(self.log, "w").close()
        self.read_to = 0

    def await_port(self, seconds=15):
        """Until it listens."""
        def open_now():
            if self.process.poll() is not None:
                raise RuntimeError("it ended with status %d: %s" % (self.process.returncode, self.last_line()))
            with socket.socket() as s:
                return s.connect_ex(("127.0.0.1", PORT)) == 0

        if not until(time.monotonic() + seconds, open_now):
            raise RuntimeError("nobody listens on port %d: %s" % (PORT, self.last_line()))

    def last_line(self):
        with open(self.log, errors="replace") as log:
            return (log.read().strip().splitlines() or ["its log is empty"])[-1]

    def inject(self, messages):
        """Hand them over, by SMTP; self.handed: those that it has."""
        inject(PORT, self.sender, self.file, messages, self.handed, self.deadline)

    def inject_by(self, messages, *argv):
        """Hand them over by a command that takes the recipient as its last argument, and the text."""
        for m in itertools.takewhile(lambda _: time.monotonic() < self.deadline, messages):
            with open(self.file, "rb") as text:
                run(*argv, m["to"], stdin=text)
            self.handed[m["to"]] = ""

    def outcome_of(self, line):
        """(recipient, outcome, text) if this line of the log decides an attempt, otherwise None."""
        raise NotImplementedError

    def submit(self, request):
        """wait() hands them over: whoever dies of one of them does not take the others along."""
        accepted = super().submit(request)
        self.attempts, self.handed = {m["to"]: [] for m in self.messages}, {}
        self.kept = os.path.join(self.config["dir"], self.name + ".log")
        open(self.kept, "w").close()
        return accepted

    def dead(self):
        return self.process is not None and self.process.poll() is not None

    def read_log(self):
        """Whole lines that are new."""
        with open(self.log, "rb") as log:
            log.seek(self.read_to)
            text = log.read()
        text = text[:text.rfind(b"\n") + 1]
        self.read_to += len(text)
        for line in text.decode(errors="replace").splitlines():
            found = self.outcome_of(line)
            if found is not None and found[0] in self.attempts:
                self.attempts[found[0]].append(found[1:])
                self.heard_at = time.monotonic()

    def settled(self, messages, times, say):
        """Has each been tried so often, or an outcome that is final? Nothing more comes when it is dead, or has said nothing for a while."""
        self.read_log()
        say({"progress": sum(1 for tried in self.attempts.values() if tried)})
        tried = [self.attempts[m["to"]] for m in messages]
        return all(len(t) >= times or (t and t[-1][0] != "deferred") for t in tried) or self.dead() or \
            time.monotonic() > self.heard_at + self.patience

    def until_settled(self, messages, times, deadline, say):
        self.heard_at = time.monotonic()
        until(deadline, lambda: self.settled(messages, times, say), 0.2)

    def flush(self):
        """Try what was deferred again, now: False if it cannot be asked to."""
        return False

    def queue(self):
        """What it says of its queue: all recipients that stand there count as queued, not as hanging."""
        return ""

    def work(self, messages, deadline, say):
        """Hand them over and wait for a first outcome of each."""
        if self.dead():
            self.stop({})
            self.start({})
            self.handed = {}
        try:
            self.inject(messages)
        except (OSError, smtplib.SMTPException):
            if not until(time.monotonic() + 2, self.dead):
                raise
        self.until_settled(messages, 1, deadline, say)
        if self.dead() and time.monotonic() < deadline:
            self.read_log()
            self.without_the_killer(messages, deadline, say)

    def known_as(self, column, word):
        """The messages whose row of the expect file has this word: they go last, so that the others do not suffer from them."""
        path = os.path.join(HERE, "..", self.name, "expect.tsv")
        globs = [row[0] for row in (table_of(path) if os.path.exists(path) else []) if row[column] == word]
        return [m for m in self.messages if any(fnmatch.fnmatch(m["id"], glob) for glob in globs)]

    def without_the_killer(self, messages, deadline, say):
        """It died. Those that have no outcome: some of them, and again some of those, until it is one that kills."""
        rest = [m for m in messages if not self.attempts[m["to"]]]
        suspects = [m for m in rest if m["to"] in self.handed]
        others = [m for m in rest if m["to"] not in self.handed]
        if len(messages) == 1 and rest:
            self.attempts[rest[0]["to"]].append(("crashed", "it ended with status %d: %s" % (self.process.returncode, self.last_line())))
            return
        size = max(1, len(suspects) // 4)
        for part in [suspects[i:i + size] for i in range(0, len(suspects), size)] + ([others] if others else []):
            if time.monotonic() < deadline:
                self.work(part, deadline, say)

    def again(self, deadline, say):
        """Once more what it has deferred: some go in clear only then, and what must not leak must not leak then either."""
        kept = [m for m in self.messages if m["to"] in self.handed and self.attempts[m["to"]] and self.attempts[m["to"]][-1][0] == "deferred"]
        if kept and not self.dead() and self.flush():
            self.until_settled(kept, 2, deadline, say)

    def wait(self, request, say):
        deadline = self.deadline = deadline_of(request, 3)
        killers, sleepers = self.known_as(1, "CRASH"), self.known_as(2, "queued")
        self.work([m for m in self.messages if m not in killers + sleepers], deadline, say)
        self.again(deadline, say)
        if sleepers:
            self.work(sleepers, deadline, say)
        queue = "" if self.dead() else self.queue()
        for to in [to for to, tried in self.attempts.items() if not tried and to in queue]:
            self.attempts[to].append(("queued", "no decision yet"))
        for m in killers:
            self.work([m], deadline, say)
        return {"results": [self.result(m["id"], self.attempts[m["to"]]) for m in self.messages if self.attempts[m["to"]]]}

    def result(self, name, tried):
        return {"id": name, "outcome": tried[-1][0], "text": "; ".join(text for _, text in tried)}

    def stop(self, request):
        if self.process is not None:
            for number in (signal.SIGTERM, signal.SIGKILL):
                try:
                    os.killpg(self.process.pid, number)
                    self.process.wait(3)
                    break
                except (ProcessLookupError, subprocess.TimeoutExpired):
                    continue
            self.process.poll()
        with open(self.log, "rb") as log, open(self.kept, "ab") as kept:
            kept.write(log.read())
        self.process = None
        return {}
