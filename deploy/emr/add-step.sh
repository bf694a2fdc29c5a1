#!/usr/bin/env bash
# Adds one of Nomen's commands as a step to a running EMR cluster, with the settings of
# conf/spark-defaults.conf (as --conf: a --properties-file would put EMR's own settings out of force).
#
#   STORE=s3://BUCKET CLUSTER=j-… deploy/emr/add-step.sh daily-encode|daily-assign|weekly
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=deploy/commands.sh
. "$here/../commands.sh"
[[ $# == 1 ]] || { echo 'usage: deploy/emr/add-step.sh daily-encode|daily-assign|weekly' >&2; exit 2; }
: "${CLUSTER:?set CLUSTER to the id that create-cluster.sh answered}"

nomen_command "$1"
words=(spark-submit --deploy-mode cluster --conf spark.yarn.submit.waitAppCompletion=true)
while read -r setting; do
  words+=(--conf "$setting")
done < <(nomen_settings)
words+=(--class io.nomen.cli.Main "$STORE/nomen/nomen.jar" "${command[@]}")
exec aws emr add-steps --cluster-id "$CLUSTER" --steps \
  "[{\"Name\": \"nomen $1\", \"ActionOnFailure\": \"CONTINUE\", \"Type\": \"CUSTOM_JAR\", \"Jar\": \"command-runner.jar\", \"Args\": $(json_list "${words[@]}")}]"
