# layers.awk - the layer gate: awk -f layers.awk layers FILE...
# Local includes are "part/header.h", written from engine/ or lab/, or "header.h" of the same directory.
FNR == NR {
    if ($0 !~ /^[a-z]/)
        next
    split($0, side, ":")
    split(side[1], own, "/")
    known[side[1]] = 1
    may[side[1], own[2]] = 1
    n = split(side[2], below, " ")
    for (i = 1; i <= n; i++)
        may[side[1], below[i]] = 1
    next
}
FNR == 1 {
    split(FILENAME, path, "/")
    part = path[1] "/" path[2]
    if (!(part in known))
        say(part " is not in tests/tools/layers")
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, quoted, "\"")
    parts = split(quoted[2], target, "/")
    if (quoted[2] == "danesmtp.h" && path[1] == "engine")
        target[1] = "include"
    else if (parts == 1)
        next
    else if (parts > 2 || target[1] ~ /^\./)
        say("include \"" quoted[2] "\" is not of the form \"part/header.h\"")
    if (!((part, target[1]) in may))
        say(part " must not include " target[1])
}
function say(what)
{
    print FILENAME ":" FNR ": " what
    bad = 1
}
END { exit bad }
