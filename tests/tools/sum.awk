# sum.awk - adds up lines of the form "N passed, N failed" or "N passed, N failed, N skipped".
/^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$/ {
    passed += $1
    failed += $3
    skipped += $5
}
END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped }
