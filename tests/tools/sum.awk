# sum.awk - adds up lines of the form "N passed, N failed", with ", N skipped" and ", N known" behind it or not.
/^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped(, [0-9]+ known)?)?$/ {
    passed += $1
    failed += $3
    skipped += $5
    known += $7
}
END { printf "%d passed, %d failed, %d skipped%s\n", passed, failed, skipped, known ? ", " known " known" : "" }
