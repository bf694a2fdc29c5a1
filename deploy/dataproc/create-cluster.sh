#!/usr/bin/env bash
# A Dataproc cluster for Nomen.
#
#   STORE=gs://BUCKET REGION=europe-west1 deploy/dataproc/create-cluster.sh        machines without GPUs
#   STORE=gs://BUCKET REGION=europe-west1 deploy/dataproc/create-cluster.sh gpu    one L4 per machine
#
# NODES   workers (default 4)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=deploy/commands.sh
. "$here/../commands.sh"
: "${REGION:?set REGION, for example europe-west1}"

kind=${1:-cpu}
properties=spark-env:NOMEN_CACHE_DIR=/mnt/nomen,spark:spark.executorEnv.NOMEN_CACHE_DIR=/mnt/nomen
case $kind in
  cpu) machine=(--worker-machine-type n2-standard-16 --initialization-actions "$STORE/nomen/init-action.sh") ;;
  gpu)
    machine=(--worker-machine-type g2-standard-16 --worker-accelerator 'type=nvidia-l4,count=1'
      --initialization-actions "gs://goog-dataproc-initialization-actions-$REGION/gpu/install_gpu_driver.sh,$STORE/nomen/init-action.sh"
      --metadata "nomen-libtorch=$STORE/nomen/libtorch.zip" --initialization-action-timeout 30m)
    properties+=,spark:spark.executorEnv.PYTORCH_LIBRARY_PATH=/opt/libtorch/lib
    properties+=,spark:spark.executorEnv.LD_LIBRARY_PATH=/opt/libtorch/lib
    properties+=,spark:spark.executor.resource.gpu.amount=1,spark:spark.task.resource.gpu.amount=0.5
    properties+=,spark:spark.executor.resource.gpu.discoveryScript=/usr/lib/spark/scripts/gpu/getGpusResources.sh
    properties+=,spark:spark.executor.cores=8,spark:spark.task.cpus=4
    ;;
  *) echo 'usage: deploy/dataproc/create-cluster.sh [cpu|gpu]' >&2; exit 2 ;;
esac

exec gcloud dataproc clusters create "nomen-$kind" --region "$REGION" --image-version 2.2-debian12 \
  --master-machine-type n2-standard-8 --num-workers "${NODES:-4}" "${machine[@]}" \
  --properties "$properties" --max-idle 1h
