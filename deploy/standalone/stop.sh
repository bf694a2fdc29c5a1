#!/usr/bin/env bash
# Ends what deploy/standalone/start.sh FOLDER started, by the process ids that it wrote down.
set -euo pipefail
[[ $# == 1 ]] || { echo 'usage: deploy/standalone/stop.sh FOLDER' >&2; exit 2; }
for file in "$1"/worker-*.pid "$1"/master.pid; do
  [[ -f $file ]] || continue
  kill "$(cat "$file")" 2>/dev/null || true
  rm "$file"
done
