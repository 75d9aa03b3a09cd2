#!/bin/bash
# bash script-side.sh TASK SCRATCH NODE
#
# Runs visible-work.sh once for every line on standard input and answers with a line when it has ended: its exit code, when it began
# and ended (seconds). Beside it stand its MARKS, and before and after it what bash's `times` says of this shell and its children.
here=${BASH_SOURCE%/*}
task=$1 scratch=$2 node=$3
while read -r number; do
  times >"$scratch/before"
  began=$EPOCHREALTIME
  /bin/bash "$here/visible-work.sh" "$task" "$scratch/room" "$scratch/bundle-$number" "$node" "$scratch/marks"
  code=$?
  ended=$EPOCHREALTIME
  times >"$scratch/after"
  echo "$code $began $ended"
done
