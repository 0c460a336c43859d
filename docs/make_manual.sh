#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Writes the manual from what the program says of itself: one page per kind of component, and one for
# the blocks of an experiment file.
#
#   docs/make_manual.sh [PROGRAM] [FOLDER]     default: build/release/bin/parfocal docs/manual
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

program=${1:-build/release/bin/parfocal}
folder=${2:-docs/manual}
[ -x "$program" ] || { echo "make_manual: $program: not there; run ./bootstrap build first" >&2; exit 1; }

section() {  # title, word to explain
  printf '\n## %s\n\n```text\n' "$1"
  "$program" explain "$2"
  printf '```\n'
}

mkdir -p "$folder"
rm -f "$folder"/*.md
listing=$("$program" list)

{
  printf '# Manual\n\nWritten by `docs/make_manual.sh` from the program; do not edit.\n\n'
  printf -- '- [The experiment file](experiment.md)\n'
  while IFS= read -r line; do
    case $line in
      "" | " "*) ;;
      *) printf -- '- [%s](%s.md)\n' "$line" "$line" ;;
    esac
  done <<<"$listing"
  printf '\n```text\n%s\n```\n' "$listing"
} >"$folder/README.md"

{
  printf '# The experiment file\n'
  section experiment experiment
} >"$folder/experiment.md"

kind=
while IFS= read -r line; do
  case $line in
    "") ;;
    " "*)
      read -r name _ <<<"$line"
      section "$name" "$name" >>"$folder/$kind.md"
      ;;
    *)
      kind=$line
      printf '# Components of kind `%s`\n' "$kind" >"$folder/$kind.md"
      ;;
  esac
done <<<"$listing"
