#!/usr/bin/env bash
# Bootstrap action of an EMR cluster: a cache that every container may write to, and, where the
# cluster has GPUs, a libtorch with CUDA.
#
#   bootstrap.sh                                     machines without GPUs: the jar brings libtorch
#   bootstrap.sh s3://BUCKET/nomen/libtorch.zip      libtorch 2.7.1 for CUDA 12.8, unpacked to /opt/libtorch
set -euo pipefail

# Homes of YARN's users are missing or read-only; libtorch is unpacked here once per machine.
sudo mkdir -p /mnt/nomen
sudo chmod 1777 /mnt/nomen

if [[ $# -gt 0 ]]; then
  aws s3 cp --only-show-errors "$1" /tmp/libtorch.zip
  sudo unzip -q -o /tmp/libtorch.zip -d /opt
  rm /tmp/libtorch.zip
  [[ -f /opt/libtorch/lib/libtorch_cuda.so ]] || { echo "$1 holds no libtorch with CUDA" >&2; exit 1; }
  # YARN gives containers their GPUs by the devices of a cgroup; Amazon Linux 2023 mounts version 2 alone.
  sudo mkdir -p /yarn-cgroup/devices
  mountpoint -q /yarn-cgroup/devices || sudo mount -t cgroup -o devices cgroupv1-devices /yarn-cgroup/devices
  sudo chmod a+rwx -R /yarn-cgroup
fi
