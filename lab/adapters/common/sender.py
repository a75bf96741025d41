"""What adapters share: the conversation with the lab (serve) and a private place for a sender that is unpacked, not installed (Room).
The protocol and an example: ../README.md."""
import ctypes
import json
import os
import re
import shutil
import smtplib
import socket
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed

HERE = os.path.dirname(os.path.abspath(__file__))
EPOCH_BEFORE = 3600  # seconds before the lab's now: a time for configuration files that must not look new
NEWNS, RDONLY, BIND, REC, PRIVATE = 0x20000, 1, 4096, 16384, 1 << 18
libc = ctypes.CDLL(None, use_errno=True)


class Unsupported(Exception):
    """What this sender cannot do here, in words for people."""


class Sender:
    """A sender to be derived from: what most of them do in the same way. Each verb takes the request and returns the reply."""

    name = "?"
    kind = "sender"  # or checker: it sends nothing, and says what it thinks of a host
    profiles = ["rfc7672"]
    policies = ["dane"]
    takes = ()  # of variant and wrap: what configure understands

    def __init__(self):
        self.config, self.messages = {}, []

    def version(self):
        raise NotImplementedError

    def hello(self, request):
        return {"name": self.name, "kind": self.kind, "version": self.version(), "profiles": self.profiles, "policies": self.policies}

    def probe(self, request):
        if request["feature"] == "retry" and hasattr(self, "retry"):
            return {}
        kind, _, value = request["feature"].partition(":")
        if value not in {"policy": self.policies, "profile": self.profiles}.get(kind, []):
            raise Unsupported("%s has no %s" % (self.name, request["feature"]))
        return {}

    def configure(self, request):
        for key, known in (("profile", self.profiles), ("policy", self.policies)):
            if request[key] not in known:
                raise Unsupported("%s has no %s %s" % (self.name, key, request[key]))
        for key in ("variant", "wrap"):
            if request.get(key) and key not in self.takes:
                raise Unsupported("the adapter of %s takes no %s" % (self.name, key))
        self.config, self.messages = request, []
        return {}

    def start(self, request):
        return {}

    def submit(self, request):
        self.messages, self.sender, self.file = request["messages"], request["from"], request["file"]
        self.patient = {m["to"] for m in self.messages if m["attempts"] > 1}  # the lab will ask for these again
        return {"accepted": [m["id"] for m in self.messages]}

    def wait(self, request, say):
        raise NotImplementedError

    def settings(self):
        """A variant that is NAME=VALUE[,...]: {name: value}."""
        found = [setting.partition("=") for setting in (self.config["variant"] or "").split(",") if setting]
        for name, sign, _ in found:
            if not sign:
                raise RuntimeError("variant: %s is not NAME=VALUE" % name)
        return {name: value for name, _, value in found}

    def each(self, work, items, say, jobs=None):
        """work(item) in a thread for each, as many at a time as the lab allows; what came of them, in the order in which they end, but for None."""
        results = []
        with ThreadPoolExecutor(jobs or self.config["jobs"]) as pool:
            for done in as_completed([pool.submit(work, item) for item in items]):
                results.append(done.result())
                say({"progress": len(results)})
        return [result for result in results if result is not None]

    def collect(self, request):
        return {"files": sorted(os.listdir("."))}

    def stop(self, request):
        return {}


class OneShot(Sender):
    """A sender that keeps nothing: for a retry wait() is asked for the same messages again."""

    def retry(self, request):
        self.messages = request["messages"]
        return {}


class Checker(OneShot):
    """A program that only checks, started once for each message. Derive as from Sender, and give argv(message), its command line (None:
    it cannot be asked about this one), and read(said, status), the result without its id."""

    kind = "checker"

    def argv(self, message):
        raise NotImplementedError

    def read(self, said, status):
        raise NotImplementedError

    def check(self, message, deadline, log):
        argv = self.argv(message)
        if argv is None:
            return {"id": message["id"], "outcome": "unsupported", "text": "it checks one host, and here more than that decides"}
        try:
            done = subprocess.run(argv, capture_output=True, text=True, errors="replace", timeout=left(deadline))
        except subprocess.TimeoutExpired:
            return None
        log.write("== %s: %d\n%s%s" % (" ".join(argv), done.returncode, done.stdout, done.stderr))
        if done.returncode < 0:
            return {"id": message["id"], "outcome": "crashed", "text": "ended by signal %d" % -done.returncode}
        return dict(self.read(done.stdout + done.stderr, done.returncode), id=message["id"])

    def wait(self, request, say):
        deadline = deadline_of(request)
        with open(os.path.join(self.config["dir"], self.name + ".log"), "a") as log:
            return {"results": self.each(lambda message: self.check(message, deadline, log), self.messages, say)}


def serve(sender):
    """Answer requests until the lab closes the conversation."""
    for line in sys.stdin:
        request = json.loads(line)

        def say(reply, seq=request["seq"]):
            print(json.dumps(dict(reply, seq=seq)), flush=True)

        try:
            verb = request["verb"]
            say(sender.wait(request, say) if verb == "wait" else getattr(sender, verb)(request))
        except Unsupported as reason:
            say({"unsupported": True, "reason": str(reason)})
        except Exception as error:  # a fault of the adapter must reach the runner as such
            print("%s: %s" % (type(error).__name__, error), file=sys.stderr, flush=True)
            say({"error": "%s: %s" % (type(error).__name__, error)})


def run(*argv, **more):
    """What a program prints. RuntimeError, with its last words: it did not end with status 0."""
    done = subprocess.run(argv, capture_output=True, text=True, **more)
    if done.returncode != 0:
        raise RuntimeError("%s: status %d: %s" % (argv[0], done.returncode, (done.stderr or done.stdout).strip()[-300:]))
    return done.stdout


def inject(port, sender, file, messages, replies=None, deadline=None):
    """Hand the message in by SMTP on 127.0.0.1, once for each recipient; {recipient: reply to the final dot}, in replies if it is given.
    After the monotonic time deadline the rest is left."""
    replies = {} if replies is None else replies
    with open(file, "rb") as text, smtplib.SMTP("127.0.0.1", port, timeout=60) as shop:
        data = b"\r\n".join(text.read().splitlines()) + b"\r\n"
        shop.ehlo("lab")
        for to in (m["to"] for m in messages):
            if deadline is not None and time.monotonic() > deadline:
                break
            for verb, argument in ((shop.mail, sender), (shop.rcpt, to), (shop.data, data)):
                code, reply = verb(argument)
                if code not in (250, 251):
                    raise RuntimeError("%s was not taken: %d %s" % (to, code, reply.decode(errors="replace")))
            replies[to] = reply.decode(errors="replace")
    return replies


def until(deadline, done, pause=0.05):
    """Poll done() until it is true or the monotonic time deadline has come; the last value of done()."""
    value = done()
    while not value and time.monotonic() < deadline:
        time.sleep(pause)
        value = done()
    return value


def deadline_of(request, margin=2):
    """The monotonic time by which wait() has to have its results: some seconds before the lab gives up."""
    return time.monotonic() + request["deadline"] - margin


def left(deadline):
    """Seconds until then, for a timeout: never none."""
    return max(0.1, deadline - time.monotonic())


def sleep_until(then):
    """A monotonic time, which may be over."""
    time.sleep(max(0.0, then - time.monotonic()))


def table_of(path):
    """Rows of two fields with a tab between them, # lines left out: [(words, reason)], more telling rows first."""
    with open(path) as file:
        return [tuple(line.rstrip("\n").split("\t")) for line in file if line.strip() and not line.startswith("#")]


def by_words(table, text):
    """The first reason of such a table whose words stand in text. None: no row applies."""
    return next((reason for words, reason in table if words in text), None)


def with_reason(result, table, *texts):
    """The result, and the reason for the first text that has one: only of mail that waits or comes back, and of a refusal."""
    reason = next(filter(None, (by_words(table, text) for text in texts)), None)
    return dict(result, reason=reason) if reason and result["outcome"] in ("deferred", "bounced", "refused") else result


def cache_dir():
    """Where danelab adapter fetch unpacks packages."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.environ.get("DANELAB_CACHE") or os.path.join(home, "danelab", "senders")


def mount(source, target, kind=None, flags=0, options=None):
    args = [a.encode() if a is not None else None for a in (source, target, kind)]
    if libc.mount(*args, ctypes.c_ulong(flags), options.encode() if options else None) != 0:
        code = ctypes.get_errno()
        raise OSError(code, "mount: " + os.strerror(code), target)


class Room:
    """The sender's own view of the file system, for this process and what it starts: the unpacked packages over /usr, and whatever
    directories and users it is given. Nothing outside of it changes; it is gone with the process."""

    def __init__(self, name, *directories):
        self.root = os.path.join(cache_dir(), name, "root")
        if not os.path.isdir(self.root):
            raise Unsupported("%s is not on this machine; run: danelab adapter fetch %s" % (name, name))
        if libc.unshare(NEWNS) != 0:
            raise OSError(ctypes.get_errno(), "no mount namespace for the sender")
        mount("none", "/", None, REC | PRIVATE)
        self.base = tempfile.mkdtemp(prefix="sender.", dir="/run")
        os.chmod(self.base, 0o755)
        layer = os.path.join(self.base, "layer")  # a path without the characters that mount options are made of
        os.mkdir(layer)
        mount(self.root, layer, None, BIND)
        mount("overlay", "/usr", "overlay", RDONLY, "lowerdir=%s/usr:/usr" % layer)
        self.own("/etc")
        self.add_missing(os.path.join(self.root, "etc"), "/etc")
        for path in directories:
            self.own(path)

    def version_of(self, package):
        """That of the Debian package which was unpacked: upstream's, for programs that do not say it."""
        with open(os.path.join(os.path.dirname(self.root), "unpacked")) as file:
            return re.search(r"^%s_(?:\d+%%3a)?([^_-]+)" % re.escape(package), file.read(), re.M)[1]

    def own(self, path):
        """Make a directory writable and private. What is in it stays visible, by symbolic links."""
        old, new = (os.path.join(self.base, kind + path.replace("/", "-")) for kind in ("old", "new"))
        os.mkdir(new, 0o755)
        if os.path.isdir(path):
            os.mkdir(old)
            mount(path, old, None, BIND | REC)
            for entry in os.listdir(old):
                os.symlink(os.path.join(old, entry), os.path.join(new, entry))
            mount(new, path, None, BIND)
        else:
            os.symlink(new, path)

    def add_missing(self, source, target):
        """Copy what target does not have."""
        for entry in os.listdir(source) if os.path.isdir(source) else []:
            where = os.path.join(target, entry)
            if not os.path.lexists(where):
                copy = shutil.copytree if os.path.isdir(os.path.join(source, entry)) else shutil.copy2
                copy(os.path.join(source, entry), where)

    def write(self, path, text, mode=0o644):
        """A file below a directory that is owned; it may replace a link to an old one. It looks an hour old."""
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if os.path.islink(path):
            os.unlink(path)
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, mode)
        then = time.time() - EPOCH_BEFORE
        os.utime(path, (then, then))

    def append(self, path, text):
        with open(path) as file:
            self.write(path, file.read() + text)

    def users(self, **ids):
        """Add users and groups NAME=ID. Where the world knows only one user (started by an ordinary one), a library answers all calls
        that change user or owner with success, for the sender and what it starts, and this returns False."""
        self.append("/etc/passwd", "".join("%s:x:%d:%d::/nonexistent:/bin/false\n" % (n, i, i) for n, i in ids.items()))
        self.append("/etc/group", "".join("%s:x:%d:\n" % (n, i) for n, i in ids.items()))
        with open("/proc/self/uid_map") as file:
            known = [(int(f[0]), int(f[0]) + int(f[2])) for f in map(str.split, file)]
        if all(any(first <= i < end for first, end in known) for i in ids.values()):
            return True
        library = shutil.which("danelab")
        library = os.path.join(os.path.dirname(library or ""), "danelab-users.so")
        if not os.path.exists(library):
            raise Unsupported("an ordinary user without subordinate ids, and danelab-users.so is not beside danelab")
        shutil.copy(library, self.base)
        self.append("/etc/ld.so.preload", os.path.join(self.base, "danelab-users.so") + "\n")
        return False

    def syslog(self, path):
        """Serve /dev/log: everything that is sent there becomes a line of the file."""
        self.own("/dev")
        if os.path.lexists("/dev/log"):
            os.unlink("/dev/log")
        log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        log.bind("/dev/log")
        os.chmod("/dev/log", 0o666)

        def copy():
            with open(path, "ab", buffering=0) as out:
                while True:
                    out.write(log.recv(65536).rstrip(b"\0\n") + b"\n")

        threading.Thread(target=copy, daemon=True).start()
