#!/bin/sh
# Tells both sides of a conflicted file: the commits that touched it since the branches parted. 0: told, 1: no merge is under way, 2: wrong use.
set -u
[ $# = 1 ] || { echo "usage: conflict.sh FILE" >&2; exit 2; }
theirs=$(git rev-parse --verify --quiet MERGE_HEAD) || { echo "no merge is under way" >&2; exit 1; }
parted=$(git merge-base HEAD "$theirs")
side() { # title, commit
  echo "== $1"
  git log --no-merges --format='%h %an: %s' "$parted..$2" -- "$3"
  git diff --stat "$parted" "$2" -- "$3" | tail -n 1
}
side "ours (HEAD)" HEAD "$1"
side "theirs (MERGE_HEAD)" "$theirs" "$1"
echo "== conflicts"
grep -n -e '^<<<<<<< ' -e '^>>>>>>> ' "$1" || echo "no markers left in $1"
