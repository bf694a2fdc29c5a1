#!/usr/bin/env bash
# Installs a real Airflow with the providers that deploy/airflow uses, for AirflowIT: 1.6 GB, from Python's index.
#
#   src/test/airflow/install.sh [FOLDER]     default: ~/.cache/nomen/airflow
set -euo pipefail
folder=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/nomen/airflow}
[[ ! -e $folder/whole ]] || exit 0
mkdir -p "$folder"
python3 -m venv "$folder"
"$folder/bin/pip" install -q --disable-pip-version-check uv
"$folder/bin/uv" pip install -q --python "$folder/bin/python" 'apache-airflow==3.1.8' \
  'apache-airflow-providers-amazon==9.39.0' 'apache-airflow-providers-google==22.8.0' \
  'apache-airflow-providers-apache-spark==6.3.4'
touch "$folder/whole"
