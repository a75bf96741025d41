# rules.awk - what became of every rule for a sending client, and for a publisher: awk -f rules.awk [-v all=1] rules.tsv elsewhere.tsv FILE...
#
# Of FILE, what is below engine/ implements a rule, below tests/ tests it, below scenarios/ shows it. A client's rule that no test and
# no scenario names stands in elsewhere.tsv with the reason; a publisher's rule likewise that no row of engine/model/advice.h names. Prints the sums and what is without; with all=1 every rule.
# Fails for a rule without, for a reason that is missing or not needed, and for an id that the catalogue does not have.
BEGIN { FS = "\t" }
FNR == 1 { file++ }
file == 1 {
    level[$1] = $2
    says[$1] = $5
    if ($3 == "C" || $3 == "P")
        order[++rules] = $1
    role[$1] = $3
    next
}
file == 2 {
    if (FNR == 1)
        next
    if (role[$1] != "C" && role[$1] != "P")
        complain("no rule " $1 " for a client or a publisher in scenarios/rules.tsv")
    else if (NF != 2 || $2 == "")
        complain("rule and reason expected, with a tab between them")
    else if ($1 in reason)
        complain("rule " $1 " again")
    reason[$1] = $2
    listed[$1] = FILENAME ":" FNR
    next
}
FNR == 1 { kind = FILENAME == "engine/model/advice.h" ? "advice" : FILENAME ~ /^engine\// ? "engine" : FILENAME ~ /^scenarios\// ? "scenario" : "test" }
{
    # What a test only feeds to a report does not test it.
    counts = kind != "test" || $0 !~ /\.rules = "/
    line = $0
    while (match(line, /(R-[0-9]+-[0-9A-Z.]+-[0-9]+|S[0-9]+[a-z]?)/)) {
        id = substr(line, RSTART, RLENGTH)
        before = RSTART > 1 ? substr(line, RSTART - 1, 1) : last
        line = substr(line, RSTART + RLENGTH)
        last = substr(id, length(id))
        if (before ~ /[A-Za-z0-9_-]/ || line ~ /^[A-Za-z0-9_]/)
            continue
        if (!(id in level))
            complain("no rule " id " in scenarios/rules.tsv")
        else if (counts)
            seen[kind, id]++
    }
    last = ""
}
function complain(what)
{
    print FILENAME ":" FNR ": " what
    bad = 1
}
END {
    for (i = 1; i <= rules; i++) {
        id = order[i]
        shown = role[id] == "P" ? seen["advice", id] > 0 : seen["test", id] + seen["scenario", id] > 0
        without = !shown && !(id in reason)
        if (shown && id in reason) {
            print listed[id] ": " id " has a test, a scenario or a finding; take the reason out"
            bad = 1
        }
        sum[role[id], shown ? "shown" : without ? "without" : "reason"]++
        failed = failed || without
        if (all || without)
            printf "%-16s %-10s engine %3d  tests %3d  scenarios %3d  %s\n", id, level[id], seen["engine", id],
                seen["test", id], seen["scenario", id], shown ? "" : without ? "WITHOUT: " says[id] : reason[id]
    }
    printf "rules for a sending client: %d; with a test or scenario %d, with a reason why not %d, without either %d\n",
        sum["C", "shown"] + sum["C", "reason"] + sum["C", "without"], sum["C", "shown"], sum["C", "reason"], sum["C", "without"]
    printf "rules for a publisher: %d; with a finding %d, with a reason why not %d, without either %d\n",
        sum["P", "shown"] + sum["P", "reason"] + sum["P", "without"], sum["P", "shown"], sum["P", "reason"], sum["P", "without"]
    exit bad || failed
}
