#!/usr/bin/env bash
# Initialization action of a Dataproc cluster: a cache that every container may write to, and, where the
# metadata item nomen-libtorch names one, a libtorch with CUDA. Put Google's own GPU driver action before it.
#
#   --metadata nomen-libtorch=gs://BUCKET/nomen/libtorch.zip     libtorch 2.7.1 for CUDA 12.8
set -euo pipefail

mkdir -p /mnt/nomen
chmod 1777 /mnt/nomen

libtorch=$(/usr/share/google/get_metadata_value attributes/nomen-libtorch || true)
if [[ -n $libtorch ]]; then
  gsutil -q cp "$libtorch" /tmp/libtorch.zip
  unzip -q -o /tmp/libtorch.zip -d /opt
  rm /tmp/libtorch.zip
  [[ -f /opt/libtorch/lib/libtorch_cuda.so ]] || { echo "$libtorch holds no libtorch with CUDA" >&2; exit 1; }
fi
