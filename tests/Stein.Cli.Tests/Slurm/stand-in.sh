#!/usr/bin/env bash
# Stands in for stein in the tests of job arrays: stand-in.sh FOLDER BEHAVIOUR ARGUMENT… --shard I/N. It appends to FOLDER/events
#   TIME start I/N JOB_TASK, then its own number and its arguments into FOLDER/I.process and FOLDER/I.arguments
#   TIME term  I/N, at each SIGTERM
#   TIME end   I/N, when it is done
# and behaves as told: "short" works for half a second; "wait" until FOLDER/go is there, and ends with 143 at SIGTERM, as stein
# does; "stubborn" is "wait", but shard 0 takes no notice of SIGTERM.
set -u
folder=$1 behaviour=$2
shard=${*: -1}
index=${shard%/*}

# One write of a short line is atomic in a file opened for appending.
event() { printf '%s %s %s %s\n' "$(date +%s.%N)" "$1" "$shard" "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID" >>"$folder/events"; }

terminated() {
  event term
  [ "$behaviour" = stubborn ] && [ "$index" = 0 ] || exit 143
}
trap terminated TERM

echo $$ >"$folder/$index.process"
printf '%s\0' "${@:3}" >"$folder/$index.arguments"
event start
if [ "$behaviour" = short ]; then
  sleep 0.5
else
  # By short sleeps: a trap runs when the command before it has ended.
  until [ -e "$folder/go" ]; do sleep 0.1; done
fi
event end
