#!/usr/bin/env bash
# Installs pyspark of Spark's version with what docs/library.md shows beside it, for PySparkIT: 900 MB, from Python's index.
#
#   src/test/python/install.sh [FOLDER]     default: ~/.cache/nomen/pyspark
set -euo pipefail
folder=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/nomen/pyspark}
[[ ! -e $folder/whole ]] || exit 0
mkdir -p "$folder"
python3 -m venv "$folder"
"$folder/bin/pip" install -q --disable-pip-version-check 'pyspark==3.5.9' 'numpy<3' 'pandas<3' pyarrow setuptools wheel
# Hugging Face's datasets are larger than all the rest; the page's block on them is left out where they are missing.
"$folder/bin/pip" install -q --disable-pip-version-check datasets pillow || echo 'install.sh: no datasets'
touch "$folder/whole"
