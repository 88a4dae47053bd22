#!/bin/sh
# Asks the remote whether it holds this head. Arguments: remote (default: the branch's, else origin), branch (default: the present one).
# 0: the same head, 1: another head or none, 2: no branch is checked out, or the remote does not answer.
set -u
branch=${2:-$(git symbolic-ref --quiet --short HEAD)} || { echo "no branch is checked out" >&2; exit 2; }
remote=${1:-$(git config --get "branch.$branch.remote" || echo origin)}
here=$(git rev-parse --verify --quiet "refs/heads/$branch") || { echo "no branch $branch" >&2; exit 2; }
listed=$(GIT_TERMINAL_PROMPT=0 git ls-remote --heads "$remote" "refs/heads/$branch") || { echo "$remote does not answer" >&2; exit 2; }
there=$(echo "$listed" | cut -f 1)
if [ "$here" = "$there" ]; then echo "$remote holds $branch at $here"; exit 0; fi
echo "$branch: here $here, $remote ${there:-has no such branch}"
exit 1
