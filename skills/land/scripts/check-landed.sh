#!/bin/sh
# Tells whether a branch's work is in its base: as commits, or as one squashed commit with the same content.
# Arguments: head, base (default origin/HEAD). 0: landed, 1: not landed, 2: no such commit.
set -u
[ $# -ge 1 ] || { echo "usage: check-landed.sh HEAD [BASE]" >&2; exit 2; }
commit() { git rev-parse --verify --quiet "$1^{commit}" || { echo "no such commit: $1" >&2; exit 2; }; }
head=$(commit "$1") || exit 2
base=$(commit "${2:-origin/HEAD}") || exit 2
if git merge-base --is-ancestor "$head" "$base"; then echo "landed: $head is part of the base"; exit 0; fi
parted=$(git merge-base "$head" "$base") || { echo "not landed: no common history"; exit 1; }
# One commit with all of the branch's work, made nowhere but in memory, so that Git can compare patches.
squashed=$(git commit-tree "$head^{tree}" -p "$parted" -m squashed </dev/null 2>/dev/null) ||
  squashed=$(GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x git commit-tree "$head^{tree}" -p "$parted" -m squashed)
case $(git cherry "$base" "$squashed") in
  "-"*) echo "landed: the base holds the same change, squashed"; exit 0 ;;
esac
missing=$(git cherry "$base" "$head" | grep -c '^+')
[ "$missing" = 0 ] && { echo "landed: the base holds every commit, rebased"; exit 0; }
echo "not landed: $missing commits of $head are missing in the base"
exit 1
