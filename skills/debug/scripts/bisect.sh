#!/bin/sh
# Finds the commit that broke a command, in a work tree of its own: nothing in yours moves. The command is a shell line that fails in the bad state; it starts in the root
# of the other tree. Exit code 125 of the command skips a commit that cannot be judged. Arguments: a good commit, the command, optionally the bad commit (default HEAD).
# 0: found and printed, 1: the command does not tell good from bad, 2: wrong use.
set -u
[ $# -ge 2 ] || { echo "usage: bisect.sh GOOD COMMAND [BAD]" >&2; exit 2; }
good=$(git rev-parse --verify --quiet "$1^{commit}") || { echo "no such commit: $1" >&2; exit 2; }
bad=$(git rev-parse --verify --quiet "${3:-HEAD}^{commit}") || { echo "no such commit: $3" >&2; exit 2; }
command=$2
folder=$(mktemp -d) || exit 2
git worktree add --quiet --detach "$folder/tree" "$bad" || exit 2
trap 'git worktree remove --force "$folder/tree" 2>/dev/null; rmdir "$folder" 2>/dev/null' EXIT
cd "$folder/tree" || exit 2
sh -c "$command" >/dev/null 2>&1 </dev/null && { echo "the command passes at the bad commit, too"; exit 1; }
git checkout --quiet --detach "$good" || exit 2
sh -c "$command" >/dev/null 2>&1 </dev/null || { echo "the command fails at the good commit, too"; exit 1; }
git bisect start "$bad" "$good" >/dev/null 2>&1 || exit 2
git bisect run sh -c "$command" >/dev/null 2>&1 </dev/null
first=$(git rev-parse --verify --quiet refs/bisect/bad)
git bisect reset >/dev/null 2>&1
git log -1 --stat --format='first bad commit: %H%n%an, %ad%n%s' "$first"
