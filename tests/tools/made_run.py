"""made_run - made-up records and evidence of runs, for tests of reports: as long as real ones, and with texts that no peer should get away with."""
import json
import os

HOSTILE = "</script></pre><img src=x onerror=\"window.hostile=1\">'\"&\u202egnp.exe\u001b[31m | `x` [a](javascript:x) @everyone #1 ]]>"
SVG = ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 918 331" width="918" height="331"><title>x</title><script>parent.hostile = 1</script>'
       '<style>:root{color-scheme:light dark}svg{background:Canvas}text{font:13px sans-serif;fill:CanvasText}rect{fill:none;stroke:GrayText}</style>%s</svg>')
BOX = '<rect x="%d" y="%d" width="158" height="20" rx="4" class="state"/><text x="%d" y="%d" class="off">records, secure, or whatever</text>'
TOPICS = ["01-mx-lookup", "02-host-address", "03-tlsa-lookup", "05-dane-ta", "09-smtp", "10-tls"]
RULES = ["R-7672-2.2-5", "R-7672-2.2.1-8", "R-7672-3.1.1-2", "S16"]
VERDICTS = ["PASS"] * 12 + ["FAIL:leak", "NON-STRICT", "INFO", "FAIL:downgrade", "FAIL:lost", "FAIL:stuck", "FAIL:reason", "FAIL:other", "HANG", "CRASH",
                            "UNSUPPORTED", "SKIP", "DISPUTED", "LAB-INVALID", "ADAPTER-ERROR"]


def line(file, **record):
    file.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")


def header(file, sender="made", version="1.0", profile="rfc7672"):
    line(file, type="header", format=1, sut=sender, name=sender, version=version, profile=profile, variant=None, resolver="unbound", fast=False,
         epoch=1768478400, scenarios=1, inputs_sha256="0" * 64, kernel="x", command="danelab run")


def case(file, name, verdict, topic="01-mx-lookup", policy="dane", seen="delivered to mx (198.18.0.1) in TLSv1.3, SNI mx.%s.example", known=None, stale=False):
    seen = seen.replace("%s", name)
    line(file, type="case", case=name, id=name.split("@")[0], title="A secure record set, and the key of " + name, scenario_sha256="1" * 64, topic=topic,
         profile="rfc7672", policy=policy, verdict=verdict, impact="leak", rules=RULES, tags=[], twin=None,
         outcome="delivered" if verdict in ("PASS", "FAIL:leak") else "deferred", attempts=1, reason=None, text=HOSTILE, expected="delivered to mx in TLS; with a query for _25._tcp.mx TLSA, SNI mx at mx, TLS with mx; no SNI _dane at mx", seen=seen,
         why="delivered is accepted", known=known, reference="lab/FINDINGS.md#x" if known else None, stale=stale, claims=[{"address": "198.18.0.1", "result": "authenticated"}])


def footer(file, cases):
    line(file, type="footer", cases=cases, passed=cases, failed=0, skipped=0, known=0, stale=0, verdicts={}, boot_ms=1000, total_ms=20000, lab_broken=False)


def evidence(folder, name):
    os.makedirs(folder)
    with open(folder + "/timeline.txt", "wb") as file:
        for i in range(24):
            actor = ("DNS", "TCP", "SMTP", "sender")[i % 4]
            file.write(("%10.3f ms  %-7s answer _25._tcp.mx.%s.example. TLSA  NOERROR ad: TLSA 3 1 1 %064x\n" % (i * 7.5, actor, name, i)).encode())
        file.write(HOSTILE.encode() + b" \xff\xfe\x00\x80\n")
    with open(folder + "/sessions.txt", "w") as file:
        file.write("session 1 with mx.%s.example (198.18.0.1)\n  STARTTLS sent; TLS TLSv1.3; SNI none\n" % name)
    with open(folder + "/path.svg", "w") as file:
        file.write(SVG % "".join(BOX % (i * 30, i * 12, i * 30 + 8, i * 12 + 14) for i in range(26)))
    for other in ("packets.pcapng", "verdict.json", "scenario.yaml"):
        open(folder + "/" + other, "w").close()


def run(folder, sender, count, shift, version="1.0", profile="rfc7672", cut=False):
    """count cases of one sender, with evidence of what did not pass; where in VERDICTS it begins makes senders different."""
    os.makedirs(folder)
    with open(folder + "/run.jsonl", "w") as file:
        header(file, sender, version, profile)
        for i in range(count):
            name = "scenario-with-a-name-of-usual-length-%d" % i + ("@dane-only" if i % 7 == 6 else "")
            verdict = VERDICTS[(i * (shift + 1) + shift) % len(VERDICTS)]
            case(file, name, verdict, TOPICS[i * len(TOPICS) // count], "dane-only" if i % 7 == 6 else "dane", HOSTILE if i % 50 == 3 else "delivered to mx (198.18.0.1) in TLSv1.3, SNI mx.%s.example",
                 known="a cause that is known" if verdict.startswith("FAIL") and i % 3 == 0 else None)
            if verdict != "PASS":
                evidence(folder + "/" + name, name)
        if not cut:
            footer(file, count)
    return folder


def big(work, count=350, senders=6):
    return [run("%s/run%d" % (work, i), ("made", "other", "made", "third", "fourth", "fifth")[i], count, i, "1.%d" % i, cut=i == 5) for i in range(senders)]
