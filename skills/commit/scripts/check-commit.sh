#!/bin/sh
# Looks at one commit (default: HEAD) for what should not get into a history. Prints one line per finding; 0: nothing found, 1: something found, 2: no such commit.
set -u
commit=$(git rev-parse --verify --quiet "${1:-HEAD}^{commit}") || { echo "no such commit: ${1:-HEAD}" >&2; exit 2; }
# Files of at least this many bytes are asked about. Git keeps every version of them for ever.
largest=${LARGEST_BYTES:-1000000}
found=0
say() { found=1; echo "$1"; }

subject=$(git log -1 --format=%s "$commit")
[ "${#subject}" -le 72 ] || say "subject: ${#subject} characters, at most 72"
case $subject in *.) say "subject: ends with a full stop" ;; esac
case $subject in
  fixup!*|squash!*|WIP*|wip*) say "subject: \"$subject\" announces an unfinished commit" ;;
esac
[ -z "$(git log -1 --format=%B "$commit" | sed -n 2p)" ] || say "message: the second line is not blank"

parent=$(git rev-parse --verify --quiet "$commit^") || parent=$(git hash-object -t tree /dev/null)
# A merge is compared with its first parent: what it brought into this branch.
git diff --check "$parent" "$commit" >/dev/null || say "$(git diff --check "$parent" "$commit" | grep -v '^[+]' | head -n 20)"

added=$(git diff --unified=0 "$parent" "$commit" | sed -n 's/^+//p')
echo "$added" | grep -q -e '-----BEGIN [A-Z ]*PRIVATE KEY-----' && say "secret: a private key"
echo "$added" | grep -Eq '(ghp|gho|ghs|github_pat)_[A-Za-z0-9_]{20,}|AKIA[0-9A-Z]{16}|xox[baprs]-[A-Za-z0-9-]{10,}|sk-[A-Za-z0-9_-]{20,}|lin_api_[A-Za-z0-9]{20,}' \
  && say "secret: something that looks like a token"

git diff --name-only --diff-filter=AM -z "$parent" "$commit" | tr '\0' '\n' | while IFS= read -r file; do
  bytes=$(git cat-file -s "$commit:$file" 2>/dev/null || echo 0)
  [ "$bytes" -lt "$largest" ] || echo "large file: $file ($bytes bytes)"
done >"${TMPDIR:-/tmp}/check-commit.$$"
large=$(cat "${TMPDIR:-/tmp}/check-commit.$$"); rm -f "${TMPDIR:-/tmp}/check-commit.$$"
[ -z "$large" ] || say "$large"

[ "$found" = 0 ] && echo "nothing found in $(git rev-parse --short "$commit")"
exit "$found"
