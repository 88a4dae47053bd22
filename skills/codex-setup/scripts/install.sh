#!/bin/sh
# Puts the roles, the theme and, where there is none, the config into Codex's folder. Arguments: --dry-run, --replace, the folder (default $CODEX_HOME, else ~/.codex).
# Prints one line per file. 0: everything is in place (or would be), 1: something of yours differs and was kept, 2: wrong use, or nothing could be written.
set -u
dry=; replace=; to=
for word in "$@"; do
  case $word in
    --dry-run) dry=1 ;;
    --replace) replace=1 ;;
    -*) echo "usage: install.sh [--dry-run] [--replace] [FOLDER]" >&2; exit 2 ;;
    *) [ -z "$to" ] || { echo "usage: install.sh [--dry-run] [--replace] [FOLDER]" >&2; exit 2; }; to=$word ;;
  esac
done
to=${to:-${CODEX_HOME:-${HOME:?}/.codex}}
from=$(cd "$(dirname "$0")/../assets" && pwd) || exit 2
kept=0
place() { # source, target
  if [ -e "$2" ] || [ -L "$2" ]; then
    cmp -s "$1" "$2" && { echo "as it is  $2"; return; }
    [ -n "$replace" ] || { kept=1; echo "kept      $2 (yours differs; --replace takes ours and keeps yours beside it)"; return; }
    [ -n "$dry" ] && { echo "would replace $2"; return; }
    [ ! -e "$2.before" ] || { kept=1; echo "kept      $2 ($2.before is there already)"; return; }
    mv "$2" "$2.before" && cp "$1" "$2" || exit 2
    echo "replaced  $2 (before: $2.before)"
    return
  fi
  [ -n "$dry" ] && { echo "would write $2"; return; }
  mkdir -p "$(dirname "$2")" && cp "$1" "$2" || exit 2
  echo "written   $2"
}
for role in scout skeptic analyst; do place "$from/agents/$role.toml" "$to/agents/$role.toml"; done
place "$from/themes/maestro.tmTheme" "$to/themes/maestro.tmTheme"
# A config belongs to its person: one that is there is never touched, whatever was asked for.
if [ -e "$to/config.toml" ]; then
  missing=
  for role in scout skeptic analyst; do
    grep -q "^[[:space:]]*\[agents\.$role\]" "$to/config.toml" || missing="$missing agents.$role"
  done
  if [ -z "$missing" ]; then echo "as it is  $to/config.toml (names the roles)"
  else kept=1; echo "kept      $to/config.toml (lacks:$missing; see $from/config.example.toml)"; fi
else
  place "$from/config.example.toml" "$to/config.toml"
fi
exit "$kept"
