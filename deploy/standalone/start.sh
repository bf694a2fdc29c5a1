#!/usr/bin/env bash
# Starts a Spark standalone cluster on this machine, from the jars that Maven has resolved: no Spark
# distribution is needed. Ports are chosen by the system; the last line says the master's address.
#
#   deploy/standalone/start.sh FOLDER     takes logs, work folders and process ids
#   deploy/standalone/stop.sh FOLDER      ends exactly the processes that were started
#
# WORKERS   how many (default 2)
# CORES     of each worker (default 1)
# MEMORY    of each worker (default 2g)
# HOST      address to listen on (default 127.0.0.1)
# HOSTS     addresses of the workers in turn, with spaces between (default: HOST); Spark takes each for
#           a machine, and never runs a task's speculative copy on the machine of the first
# SETTINGS  a properties file of the workers, for GPUs: see deploy/standalone/README.md
set -euo pipefail

[[ $# == 1 ]] || { echo 'usage: deploy/standalone/start.sh FOLDER' >&2; exit 2; }
home=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
[[ -f $home/target/class-path.txt ]] || { echo 'Build first: mvn -DskipTests package' >&2; exit 3; }

# What Spark's launcher looks for on a worker: a home with a folder of jars, and the Scala they are for.
export SPARK_HOME=$folder/spark
mkdir -p "$SPARK_HOME/jars"
tr ':' '\n' <"$home/target/class-path.txt" | while read -r jar || [[ -n $jar ]]; do
  ln -sf "$jar" "$SPARK_HOME/jars/"
done
core=$(basename "$SPARK_HOME"/jars/spark-core_*.jar)
core=${core#spark-core_}
export SPARK_SCALA_VERSION=${core%%-*}
export SPARK_LOCAL_IP=${SPARK_LOCAL_IP:-127.0.0.1}
# Java 17 reads file names in the locale's encoding; names are data and must survive.
export LC_ALL=${NOMEN_LOCALE:-C.UTF-8}

open=()
for package in java.lang java.lang.invoke java.lang.reflect java.io java.net java.nio java.util \
  java.util.concurrent java.util.concurrent.atomic jdk.internal.ref sun.nio.ch sun.nio.cs \
  sun.security.action sun.util.calendar; do
  open+=("--add-opens=java.base/$package=ALL-UNNAMED")
done

# daemon NAME CLASS ARGUMENT…
daemon() {
  local name=$1
  shift
  nohup "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Xmx512m "${open[@]}" \
    -Dlog4j2.configurationFile="$home/deploy/standalone/log4j2.properties" \
    -cp "$SPARK_HOME/jars/*" "$@" </dev/null >"$folder/$name.out" 2>"$folder/$name.log" &
  echo $! >"$folder/$name.pid"
}

# await NAME PATTERN: prints the first line of NAME's log that matches, within five minutes.
await() {
  local tries
  for ((tries = 0; tries < 3000; tries++)); do
    grep -m 1 -oE "$2" "$folder/$1.log" 2>/dev/null && return
    kill -0 "$(cat "$folder/$1.pid")" 2>/dev/null || break
    sleep 0.1
  done
  echo "$1 did not start; see $folder/$1.log" >&2
  exit 1
}

daemon master org.apache.spark.deploy.master.Master \
  --host "${HOST:-127.0.0.1}" --port 0 --webui-port 0
address=$(await master 'Starting Spark master at spark://[^ ]+')
address=${address##* }
settings=()
[[ -z ${SETTINGS:-} ]] || settings=(--properties-file "$SETTINGS")
read -ra hosts <<<"${HOSTS:-${HOST:-127.0.0.1}}"
for ((worker = 0; worker < ${WORKERS:-2}; worker++)); do
  daemon "worker-$worker" org.apache.spark.deploy.worker.Worker \
    --host "${hosts[worker % ${#hosts[@]}]}" --webui-port 0 --cores "${CORES:-1}" --memory "${MEMORY:-2g}" \
    --work-dir "$folder/work-$worker" "${settings[@]+"${settings[@]}"}" "$address"
done
for ((worker = 0; worker < ${WORKERS:-2}; worker++)); do
  await "worker-$worker" 'registered with master' >/dev/null
done
echo "$address" | tee "$folder/address"
