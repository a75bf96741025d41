# banned.awk - functions that no file may call, and those that only the engine's edge may:
# awk -f banned.awk FILE... Comments and strings do not count.
BEGIN {
    anywhere = "sprintf|vsprintf|strcpy|strcat|strtok|atoi|atol|atof|gets|system|popen|alloca|setjmp|longjmp"
    at_the_edge = "time|gettimeofday|clock_gettime|rand|random|getenv"
}
FNR == 1 { comment = 0 }
{
    line = $0
    code = ""
    gsub(/\\./, "", line)
    gsub(/"[^"]*"/, "\"\"", line)
    while (line != "") {
        mark = comment ? "*/" : "/*"
        at = index(line, mark)
        if (!comment)
            code = code (at ? substr(line, 1, at - 1) : line)
        line = at ? substr(line, at + 2) : ""
        if (at)
            comment = !comment
    }
    look(anywhere, "banned function ")
    if (FILENAME ~ /^engine\// && FILENAME !~ /^engine\/(adapt|cli)\//)
        look(at_the_edge, "outside adapt/ and cli/: ")
}
function look(names, why)
{
    if (match(code, "(^|[^A-Za-z0-9_.>])(" names ")[ \t]*\\(")) {
        name = substr(code, RSTART, RLENGTH)
        gsub(/[^A-Za-z0-9_]/, "", name)
        print FILENAME ":" FNR ": " why name
        bad = 1
    }
}
END { exit bad }
