# shellcheck shell=bash
# The three commands of a daily and weekly routine, for every platform; sourced by the scripts beside it.
#
# STORE   where everything lies: s3://BUCKET, s3a://BUCKET or gs://BUCKET
# DAY     the day whose images are new, 2026-11-22 (default: yesterday)
# WEEK    the week of a weekly run, 2026-W47 (default: the last whole one)
#
# In STORE: nomen/nomen.jar nomen/jobs/ models/clip/ images/DAY/ embeddings/DAY/ assigned/DAY/ runs/WEEK/

: "${STORE:?set STORE, for example STORE=s3://my-bucket}"
DAY=${DAY:-$(date -u -d yesterday +%F)}
WEEK=${WEEK:-$(date -u -d '7 days ago' +%G-W%V)}

# nomen_command NAME: sets the array command to Nomen's words.
# shellcheck disable=SC2034 # the scripts that source this file read it
nomen_command() {
  case $1 in
    daily-encode)
      command=(encode --job "$STORE/nomen/jobs/daily-encode.yaml" --input "$STORE/images/$DAY"
        --model "$STORE/models/clip" --output "$STORE/embeddings/$DAY")
      ;;
    daily-assign)
      command=(assign --job "$STORE/nomen/jobs/daily-assign.yaml" --run "$STORE/runs/$WEEK"
        --embeddings "$STORE/embeddings/$DAY" --output "$STORE/assigned/$DAY")
      ;;
    weekly)
      command=(cluster --job "$STORE/nomen/jobs/weekly.yaml" --embeddings "$STORE/embeddings/*"
        --model "$STORE/models/clip" --previous "$STORE/runs/*" --output "$STORE/runs/$WEEK")
      ;;
    *)
      echo "There is no command \"$1\"; take daily-encode, daily-assign or weekly." >&2
      return 2
      ;;
  esac
}

# nomen_settings: the lines of conf/spark-defaults.conf as key=value.
nomen_settings() {
  local home
  home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
  sed -E '/^[[:space:]]*(#|$)/d; s/[[:space:]]+/=/' "$home/conf/spark-defaults.conf"
}

# json_list WORD…: the words as a JSON list of strings.
json_list() {
  local word list=''
  for word in "$@"; do
    word=${word//\\/\\\\}
    list+=",\"${word//\"/\\\"}\""
  done
  printf '[%s]' "${list#,}"
}
