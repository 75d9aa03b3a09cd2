#!/bin/bash
# bash visible-work.sh TASK ROOM BUNDLE NODE MARKS
#
# The work of a passing run that anybody can see, as a shell script would do it: a copy of the seed, git init and one commit, the
# diff, two fresh trees with the patch and the canonical tests (or their twins) laid over, each test command once, sha256sum of every
# artifact, and the removal of the trees. Not in it, though the engine does it: contract, preflight, chained events, trace, report,
# hashes of the protected roots, redaction, scan for secrets, fsync, a pid namespace around every program.
#
#   TASK    folder of the task               ROOM   is made for the trees, and gone afterwards
#   BUNDLE  is made for what is kept         NODE   the Node that runs the tests
#   MARKS   file for the clocks at the edges of what is taken out of the cost: the agent's own work, and the test commands
set -euo pipefail
task=$1 room=$2 bundle=$3 node=$4
exec 9>"$5"

# Only builtins: to measure costs no process.
mark() { echo "$EPOCHREALTIME" >&9; times >&9; }

export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_CEILING_DIRECTORIES=$room
export GIT_AUTHOR_NAME=bench GIT_AUTHOR_EMAIL=bench@localhost GIT_COMMITTER_NAME=bench GIT_COMMITTER_EMAIL=bench@localhost

mkdir "$room" "$bundle"
cp -R "$task/repo" "$room/workspace"
cd "$room/workspace"
git init --quiet --template=
git add --all --force .
git commit --quiet --no-verify -m baseline

mark
git apply -p1 "$task/oracle.patch"
mark

git add --all --force .
git diff --cached --binary --full-index >"$bundle/patch.diff"

cp -R "$task/repo" "$room/recorded"
cd "$room/recorded"
git apply -p1 "$bundle/patch.diff"
cp -R "$room/recorded" "$room/control"
cp -R "$task/tests/." "$room/recorded"
cp -R "$task/twins/." "$room/control"

mark
"$node" --test >"$bundle/test.log" 2>&1
cd "$room/control"
if "$node" --test >"$bundle/control.log" 2>&1; then
  echo 'the control run passed' >&2
  exit 1
fi
mark

cd "$bundle"
sums=$(sha256sum -- *)
echo "$sums" >manifest
rm -rf "$room"
