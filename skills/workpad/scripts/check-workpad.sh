#!/bin/sh
# Looks at the draft of a workpad. Prints one line per finding; 0: fit to post, 1: not yet, 2: no such file.
set -u
[ $# = 1 ] && [ -f "$1" ] || { echo "usage: check-workpad.sh FILE" >&2; exit 2; }
found=0
say() { found=1; echo "$1"; }
lines=$(wc -l <"$1")
[ "$lines" -le 60 ] || say "length: $lines lines, at most 60"
grep -q '^## Plan$' "$1" || say "plan: there is no part \"## Plan\""
grep -q '^- \[[ x]\] ' "$1" || say "plan: no step to tick (\"- [ ] …\")"
unknown=$(grep '^## ' "$1" | grep -v -x -e '## Plan' -e '## Found' -e '## Open' -e '## Checked' || true)
[ -z "$unknown" ] || say "parts: unknown: $(echo "$unknown" | tr '\n' ' ')"
grep -n -E '(^|[ `("])(/home/|/Users/|/root/|[A-Z]:\\Users\\)' "$1" | cut -d : -f 1 | while read -r line; do echo "line $line: a path of a machine"; done | grep . && found=1
grep -q -E '(ghp|gho|ghs|github_pat)_[A-Za-z0-9_]{20,}|sk-[A-Za-z0-9_-]{20,}|lin_api_[A-Za-z0-9]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY' "$1" && say "secret: something that looks like a token"
[ "$found" = 0 ] && echo "fit to post"
exit "$found"
