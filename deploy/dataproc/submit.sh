#!/usr/bin/env bash
# Runs one of Nomen's commands on a Dataproc cluster, or as a Serverless batch.
#
#   STORE=gs://BUCKET REGION=… CLUSTER=nomen-cpu deploy/dataproc/submit.sh daily-encode|daily-assign|weekly
#   STORE=gs://BUCKET REGION=… deploy/dataproc/submit.sh daily-encode|daily-assign|weekly
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=deploy/commands.sh
. "$here/../commands.sh"
[[ $# == 1 ]] || { echo 'usage: deploy/dataproc/submit.sh daily-encode|daily-assign|weekly' >&2; exit 2; }
: "${REGION:?set REGION, for example europe-west1}"

nomen_command "$1"
# Values hold commas, blanks and "="; ^#^ makes # the mark between settings. gcloud's --properties-file is
# for another kind of file.
settings=$(nomen_settings | paste -sd '#' -)
if [[ -n ${CLUSTER:-} ]]; then
  exec gcloud dataproc jobs submit spark --cluster "$CLUSTER" --region "$REGION" \
    --class io.nomen.cli.Main --jars "$STORE/nomen/nomen.jar" \
    --properties "^#^$settings" -- "${command[@]}"
fi
# Runtime 1.2 is Spark 3.5 for Scala 2.12, as the jar is; 2.2 is the same for Scala 2.13.
exec gcloud dataproc batches submit spark --region "$REGION" --version 1.2 \
  --class io.nomen.cli.Main --jars "$STORE/nomen/nomen.jar" \
  --properties "^#^$settings#spark.executor.cores=8#spark.driver.cores=8" -- "${command[@]}"
