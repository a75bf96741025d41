"""What the adapters of sendmail, as Debian has it and built with DANE, have in common. A process for each message, and one more for each that was
deferred; the outcome stands in what they say to syslog. A variant is more options of sendmail.cf: NAME=VALUE[,...], none with an empty value."""
import concurrent.futures
import ipaddress
import os
import re
import shutil
import signal
import subprocess
import time

from sender import Room, Sender, deadline_of, left, run, table_of, until, with_reason

HERE = os.path.dirname(os.path.abspath(__file__))
LINE = re.compile(r"[^ ]+\[(\d+)\]: (.*)")
STATUS = re.compile(r"(\w+): to=(.*?), .*?(?:relay=\S+ \[([^\]]+)\], )?(?:dsn=.*)?, stat=(.*)$")
TLS = re.compile(r"STARTTLS=client, .* verify=(\w+)")
ASSERTION = re.compile(r"SM_\w+\(.*\) failed")
RESULTS = {"TRUSTED": "authenticated"}
REASONS = table_of(os.path.join(HERE, "reasons.tsv"))


class Sendmail(Sender):
    profiles = ["rfc7672"]
    policies = ["may", "encrypt"]
    takes = ("variant",)

    def version(self):
        self.room = Room(self.name)
        self.room.users(smmta=5040, smmsp=5041)
        self.base = os.path.join(self.room.base, "sendmail")
        os.mkdir(self.base, 0o755)
        self.log = os.path.join(self.base, "log")
        self.program = os.path.join(self.base, "program")
        shutil.copyfile("/usr/libexec/sendmail/sendmail", self.program)  # without set-group-ID, which would lose it the lab's clock
        os.chmod(self.program, 0o755)
        self.room.syslog(self.log)
        said = subprocess.run([self.program, "-C/dev/null", "-d0.1", "-bt"], stdin=subprocess.DEVNULL, capture_output=True, text=True).stdout
        return re.search(r"Version (\S+)", said)[1]

    def options(self):
        """Options of sendmail.cf, {name: value}, beside those that all have."""
        return {}

    def start(self, request):
        c = self.config
        with open(os.path.join(HERE, "lab.mc")) as file:
            text = re.sub(r"\{(\w+)\}", lambda m: str(dict(c, room=self.base)[m[1]]), file.read())
        lines = run("m4", "-D_CF_DIR_=/usr/share/sendmail/cf/", input=text).splitlines()
        more = {"O " + name: value for name, value in dict(self.options(), **self.settings()).items()}
        lines = [line for line in lines if line.split("=")[0] not in more]
        end = lines.index(next(line for line in lines if line.startswith("O ")))
        lines[end:end] = ["%s=%s" % option for option in more.items() if option[1]]
        self.write("sendmail.cf", "\n".join(lines) + "\n")
        self.write("service.switch", "hosts dns files\npasswd files\naliases files\n")
        self.write("access", "TLS_Srv:\tTEMP+ENCR:112\n" if c["policy"] == "encrypt" else "")
        os.mkdir(os.path.join(self.base, "mqueue"), 0o700)
        self.write("statistics", "")
        open(self.log, "w").close()
        tried = subprocess.run([self.program, "-C" + os.path.join(self.base, "sendmail.cf"), "-bP"], capture_output=True, text=True)
        if tried.returncode != 0 or "readcf" in tried.stdout + tried.stderr:
            raise RuntimeError("sendmail.cf: " + (tried.stdout + tried.stderr).strip())
        self.pool, self.children = concurrent.futures.ThreadPoolExecutor(c["jobs"]), []
        return {}

    def write(self, name, text):
        self.room.write(os.path.join(self.base, name), text)

    def submit(self, request):
        accepted = super().submit(request)
        self.last, self.tries, self.queue, self.flushed = {}, {}, {}, False
        groups = {}
        for m in self.messages:
            groups.setdefault((m["to"].partition("@")[2], m["attempts"]), []).append(m["to"])
        self.running = [self.begin(recipients, ["-odi", "-i", "-f", self.sender] + recipients, self.file) for recipients in groups.values()]
        return accepted

    def begin(self, recipients, arguments, file=os.devnull):
        """One process about these recipients, when there is room for it: (recipients, its future end)."""
        def process():
            with open(file, "rb") as text:
                child = subprocess.Popen([self.program, "-C" + os.path.join(self.base, "sendmail.cf"), "-Am"] + arguments,
                                         stdin=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                                         start_new_session=True)
                self.children.append(child)
                return child.communicate()[0].strip(), child.returncode
        return recipients, self.pool.submit(process)

    def read_log(self):
        """For each recipient what was said of it: [(status line, the lines of that process)]."""
        said, of = {}, {}
        with open(self.log, errors="replace") as log:
            for line in filter(None, map(LINE.search, log)):
                lines = said.setdefault(line[1], [])
                lines.append(line[2])
                status = STATUS.match(line[2])
                for to in re.findall(r"[^<>, ]+@[^<>, ]+", status[2]) if status else []:
                    of.setdefault(to, []).append((status, lines))
        return of

    def finish(self, deadline, say):
        """The processes end, and what they said last of each recipient is its outcome."""
        for _, future in self.running:
            concurrent.futures.wait([future], left(deadline))
            say({"progress": sum(f.done() for _, f in self.running)})
        ended = [(to, future.result()) for recipients, future in self.running if future.done() for to in recipients]
        before = {to: len(self.tries.get(to, [])) for to, _ in ended}
        until(time.monotonic() + 1, lambda: setattr(self, "tries", self.read_log()) or all(len(self.tries.get(to, [])) > n for to, n in before.items()))
        for to, (output, status) in ended:
            if status < 0 or ASSERTION.search(output):
                self.last[to] = ("crashed", output or "ended by signal %d" % -status, [])
            elif len(self.tries.get(to, [])) > before[to]:
                self.last[to] = self.outcome(*self.tries[to][-1])
                self.queue[to] = self.tries[to][-1][0][1]
            else:
                self.last.setdefault(to, ("queued", output, []))
        self.running = []

    @staticmethod
    def outcome(status, lines):
        """Outcome, text, and all that the process said."""
        if status[4].startswith("Sent"):
            return "delivered", status[4], lines
        returned = any(": DSN: " in line and "Warning:" not in line for line in lines)
        return "bounced" if returned and not re.match("Deferred|queued$", status[4]) else "deferred", status[4], lines

    def again(self, recipients):
        """A queue run for each message, as when its time has come."""
        ids = {}
        for to in recipients:
            ids.setdefault(self.queue[to], []).append(to)
        self.running = [self.begin(group, ["-qI" + i]) for i, group in ids.items()]

    def retry(self, request):
        self.messages = request["messages"]
        self.again([m["to"] for m in self.messages])
        return {}

    def wait(self, request, say):
        deadline = deadline_of(request)
        self.finish(deadline, say)
        if not self.flushed:  # once more what was deferred, unless the lab will ask: some things leak only then
            self.flushed = True
            self.again([to for to, last in self.last.items() if last[0] == "deferred" and to not in self.patient])
            self.finish(deadline, say)
        return {"results": [self.result(m["id"], *self.last[m["to"]]) for m in self.messages if m["to"] in self.last]}

    def result(self, name, outcome, why, lines):
        claims, security = [], "cleartext"
        for line in lines:  # in the order of events; names of hosts are cut short
            said, status = TLS.search(line), STATUS.match(line)
            security = "cleartext" if "SMTP outgoing connect" in line else RESULTS.get(said[1], "encrypted") if said else security
            if status and status[3] and status[4].startswith("Sent"):
                claims.append({"address": str(ipaddress.ip_address(status[3].removeprefix("IPv6:"))), "result": security})
        text = "; ".join([why] + lines)
        return with_reason({"id": name, "outcome": outcome, "text": text, "claims": claims}, REASONS, text)

    def stop(self, request):
        self.pool.shutdown(wait=False, cancel_futures=True)
        for child in self.children:
            if child.returncode is None:
                os.killpg(child.pid, signal.SIGKILL)
        shutil.copy(self.log, os.path.join(self.config["dir"], "sendmail.log"))
        shutil.copy(os.path.join(self.base, "sendmail.cf"), self.config["dir"])
        shutil.rmtree(os.path.join(self.base, "mqueue"))
        return {}
