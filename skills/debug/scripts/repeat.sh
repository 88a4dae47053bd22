#!/bin/sh
# Runs a command so many times and counts its failures; keeps the output of the first. 0: it never failed, 1: it did, 2: wrong use.
set -u
[ $# -ge 2 ] || { echo "usage: repeat.sh TIMES COMMAND [ARGUMENT…]" >&2; exit 2; }
times=$1; shift
case $times in ''|*[!0-9]*|0) echo "TIMES is a number from 1" >&2; exit 2 ;; esac
folder=$(mktemp -d) || exit 2
trap 'rm -f "$folder/output"; rmdir "$folder" 2>/dev/null' EXIT
failed=0; first=; i=0
while [ "$i" -lt "$times" ]; do
  i=$((i + 1))
  if ! "$@" >"$folder/output" 2>&1 </dev/null; then
    failed=$((failed + 1))
    [ -n "$first" ] || { first=$i; echo "== first failure, run $i"; tail -n 40 "$folder/output"; }
  fi
done
echo "$failed of $times failed"
[ "$failed" = 0 ]
