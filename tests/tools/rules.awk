# rules.awk - every rule id in the engine's sources stands in the catalogue: awk -f rules.awk rules.tsv FILE...
FNR == NR {
    split($0, column, "\t")
    known[column[1]] = 1
    next
}
{
    line = $0
    while (match(line, /(^|[^A-Za-z0-9_-])(R-[0-9]+-[0-9A-Z.]+-[0-9]+|S[0-9]+[a-z]?)([^A-Za-z0-9_]|$)/)) {
        id = substr(line, RSTART, RLENGTH)
        line = substr(line, RSTART + RLENGTH - 1)
        gsub(/^[^RS]|[^A-Za-z0-9]$/, "", id)
        if (!(id in known)) {
            print FILENAME ":" FNR ": no rule " id " in scenarios/rules.tsv"
            bad = 1
        }
    }
}
END { exit bad }
