#!/usr/bin/env bash
# An EMR cluster for Nomen.
#
#   STORE=s3://BUCKET deploy/emr/create-cluster.sh         k-means, heads, assign: machines without GPUs
#   STORE=s3://BUCKET deploy/emr/create-cluster.sh gpu     encoding on one GPU per machine
#
# NODES   core machines (default 4)
# SUBNET  a subnet id, where the account has no default one
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=deploy/commands.sh
. "$here/../commands.sh"

kind=${1:-cpu}
bootstrap=(--bootstrap-actions "Path=$STORE/nomen/bootstrap.sh")
case $kind in
  cpu) machine=m7i.4xlarge configurations=configurations.json ;;
  gpu)
    machine=g6.4xlarge configurations=configurations-gpu.json
    bootstrap=(--bootstrap-actions "Path=$STORE/nomen/bootstrap.sh,Args=[$STORE/nomen/libtorch.zip]")
    ;;
  *) echo 'usage: deploy/emr/create-cluster.sh [cpu|gpu]' >&2; exit 2 ;;
esac
network=()
[[ -z ${SUBNET:-} ]] || network=(--ec2-attributes "SubnetId=$SUBNET")

exec aws emr create-cluster --name "nomen $kind" --release-label emr-7.9.0 \
  --applications Name=Spark Name=Hadoop --use-default-roles \
  --instance-groups \
  "InstanceGroupType=MASTER,InstanceCount=1,InstanceType=m7i.2xlarge" \
  "InstanceGroupType=CORE,InstanceCount=${NODES:-4},InstanceType=$machine" \
  "${bootstrap[@]}" "${network[@]+"${network[@]}"}" \
  --configurations "file://$here/$configurations" \
  --log-uri "$STORE/logs" --auto-termination-policy IdleTimeout=3600
