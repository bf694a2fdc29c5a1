#!/usr/bin/env bash
# Runs one of Nomen's commands on EMR Serverless (no GPUs there: for assign, k-means and heads, or for
# encoding on processors).
#
#   STORE=s3://BUCKET APPLICATION=… ROLE=arn:… deploy/emr/serverless.sh daily-encode|daily-assign|weekly
#
# The application is made once:
#   aws emr-serverless create-application --type SPARK --name nomen --release-label emr-7.9.0
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=deploy/commands.sh
. "$here/../commands.sh"
[[ $# == 1 ]] || { echo 'usage: deploy/emr/serverless.sh daily-encode|daily-assign|weekly' >&2; exit 2; }
: "${APPLICATION:?set APPLICATION to the id of an EMR Serverless application}"
: "${ROLE:?set ROLE to the role that the job runs as}"

nomen_command "$1"
settings=$(nomen_settings | sed -E 's/"/\\"/g; s/^([^=]+)=(.*)$/"\1": "\2"/' | paste -sd, -)
size='--conf spark.driver.cores=4 --conf spark.driver.memory=16g --conf spark.executor.cores=4 --conf spark.executor.memory=16g --conf spark.emr-serverless.executor.disk=50g'
exec aws emr-serverless start-job-run --application-id "$APPLICATION" --execution-role-arn "$ROLE" \
  --name "nomen-$1" \
  --job-driver "{\"sparkSubmit\": {\"entryPoint\": \"$STORE/nomen/nomen.jar\", \"entryPointArguments\": $(json_list "${command[@]}"), \"sparkSubmitParameters\": \"--class io.nomen.cli.Main $size\"}}" \
  --configuration-overrides "{\"applicationConfiguration\": [{\"classification\": \"spark-defaults\", \"properties\": {$settings}}]}"
