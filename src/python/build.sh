#!/usr/bin/env bash
# Builds the wheel of Nomen for pyspark into target/python.
#
#   src/python/build.sh              a few kilobytes, for spark-submit --py-files beside --jars target/nomen.jar
#   src/python/build.sh --with-jar   the same with the jar in it, for notebooks
#
# PYTHON   which Python's pip builds it (default: python3)
set -euo pipefail
home=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
work=$home/target/python/build
rm -rf "$work"
mkdir -p "$work"
cp -r "$home/src/python/nomen" "$home/src/python/pyproject.toml" "$work"
rm -rf "$work"/nomen/__pycache__
if [[ ${1:-} == --with-jar ]]; then
  [[ -f $home/target/nomen.jar ]] || { echo 'build.sh: there is no target/nomen.jar; run mvn -DskipTests package.' >&2; exit 1; }
  mkdir "$work/nomen/jars"
  cp "$home/target/nomen.jar" "$work/nomen/jars/nomen.jar"
elif [[ $# -gt 0 ]]; then
  echo 'build.sh: the only option is --with-jar.' >&2
  exit 2
fi
python=${PYTHON:-python3}
# With setuptools at hand nothing has to be fetched.
alone=()
"$python" -c 'import setuptools, wheel' 2>/dev/null && alone=(--no-build-isolation)
"$python" -m pip wheel -q --disable-pip-version-check --no-deps "${alone[@]+"${alone[@]}"}" -w "$home/target/python" "$work"
rm -rf "$work"
