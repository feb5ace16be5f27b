# Counts ctest's JUnit report: each test that did NOT RUN with its reason, then "N passed, N failed[, N skipped]".
# A test that could not be started, or says NOT RUN and fails all the same, has failed. With -v again=REPORT, of those that
# failed run once more alone: what passed there has passed, and is named.

BEGIN {
    while (again != "" && (getline line < again) > 0)
        if (line ~ /^\t<testcase / && attribute(line, "status") == "run") alone[attribute(line, "name")] = 1
}

function plain(text) {
    gsub(/&lt;/, "<", text)
    gsub(/&gt;/, ">", text)
    gsub(/&quot;/, "\"", text)
    gsub(/&apos;/, "'", text)
    gsub(/&amp;/, "\\&", text)
    return text
}

function attribute(line, name) {
    if (!match(line, " " name "=\"[^\"]*\"")) return ""
    return plain(substr(line, RSTART + length(name) + 3, RLENGTH - length(name) - 4))
}

function finish() {
    if (status == "run") passed++
    else if (status == "fail" && name in alone) {
        passed++
        print "AGAIN: " name ": failed beside others, and passed alone"
    }
    else if (status == "fail") {
        failed++
        print "FAILED: " name
    }
    else if (!started || refused || (google && !saysSkipped)) {
        failed++
        print "FAILED: " name ": " (started ? "said NOT RUN, and failed" : "could not be started")
    } else {
        skipped++
        print "NOT RUN: " name ": " (reason == "" ? "gave no reason" : reason)
    }
}

/^\t<testcase / {
    name = attribute($0, "name")
    status = attribute($0, "status")
    reason = ""
    started = 1
    refused = google = saysSkipped = reasonNext = 0
    next
}
/^\t\t<skipped / { started = ($0 ~ /message="(SKIP_|Disabled)/) }
/^\t<\/testcase>/ { finish(); next }
{
    gsub(/\t*<\/?system-out>/, "")
    if ($0 ~ /\[ RUN      \]/) google = 1
    if ($0 ~ /\[  SKIPPED \]/) saysSkipped = 1
    if ($0 ~ /\[  FAILED  \]/) refused = 1
    if (reasonNext && reason == "") reason = plain($0)
    reasonNext = ($0 ~ /: Skipped$/)
    if (match($0, /NOT RUN:? */)) reason = plain(substr($0, RSTART + RLENGTH))
}
END {
    if (passed + failed + skipped == 0) print "no test ran"
    printf "%d passed, %d failed%s\n", passed, failed, skipped ? ", " skipped " skipped" : ""
}
