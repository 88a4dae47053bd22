#!/bin/sh
# Looks at whether a branch can be handed over. Argument: the base (default origin/HEAD). Prints one line per obstacle; 0: ready, 1: not ready, 2: no such base.
set -u
base=$(git rev-parse --verify --quiet "${1:-origin/HEAD}^{commit}") || { echo "no such commit: ${1:-origin/HEAD}" >&2; exit 2; }
found=0
say() { found=1; echo "$1"; }
dirty=$(git status --porcelain | head -n 10)
[ -z "$dirty" ] || say "tree: not clean
$dirty"
parted=$(git merge-base "$base" HEAD) || { echo "no common history with the base" >&2; exit 2; }
git diff --quiet "$parted" HEAD && say "change: empty"
behind=$(git rev-list --count "HEAD..$base")
[ "$behind" = 0 ] || say "base: $behind commits behind"
checked=$(git diff --check "$parted" HEAD | grep -v '^[+]' | head -n 10)
[ -z "$checked" ] || say "$checked"
git log --format='%h %s' "$parted..HEAD" | grep -E '^[0-9a-f]+ (fixup!|squash!|WIP|wip)' && found=1
[ "$found" = 0 ] && echo "ready: $(git rev-parse HEAD), $(git diff --shortstat "$parted" HEAD | sed 's/^ //')"
exit "$found"
