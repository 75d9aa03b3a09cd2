# sh lifeline.sh NUMBER PROGRAM [ARGUMENT...]
#
# Runs PROGRAM (an absolute path) with descriptors 0, 1 and 4 as they are and 5 as its standard error, exits as it
# exits (128 + n for a signal), and sees to it that nothing of it outlives the engine. Plain POSIX sh.
# Variables whose names are not shell identifiers do not reach it.
# Our own standard error leads nowhere: what a shell says of a killed child is not the program's output.
#
# Descriptor 3 is a socket whose other end only the engine holds. This is said on it:
#   we write `started`      the program is about to start (if that fails, the engine is dead and nothing is started)
#   we write `ended CODE`   its main process is gone; what the others still write is not to be heard
#   the engine writes       it has cleaned up itself, the watcher may go (only without a pid namespace)
#   end of file             the engine is gone: kill everything

# In a pid namespace we are process 1: when we exit, the kernel kills the rest before our parent hears of it.
# So the watcher only has to end the program, and until then to try again: it may be just about to start.
watch_namespace() {
  trap '' HUP INT QUIT TERM
  read -r _ <&3
  PATH=/usr/bin:/bin
  while :; do
    kill -9 -1
    sleep 0.05
  done
}

# Elsewhere: kill what carries one of the marks (Linux; see node/marks.ts), and the process group. Again, until nothing alive
# was found for three rounds, as new ones may come while we look; at most 40 rounds, which is 2 seconds and more.
watch_marks() { # run id, number, process group
  trap '' HUP INT QUIT TERM
  read -r _ <&3 && exit 0
  PATH=/usr/bin:/bin
  round=0
  quiet=0
  while [ "$quiet" -lt 3 ] && [ "$round" -lt 40 ]; do
    [ "$round" -gt 0 ] && sleep 0.05
    round=$((round + 1))
    quiet=$((quiet + 1))
    for file in $(grep -ls "^Max file locks .* $2 " /proc/[0-9]*/limits); do
      kill_owner_of "$file" && quiet=0
    done
    for file in $(grep -lsF -- "PROOFGATE_RUN_ID=$1" /proc/[0-9]*/environ); do
      # the whole variable: `run-1` is not `run-12`
      tr '\000' '\n' <"$file" | grep -qxF -- "PROOFGATE_RUN_ID=$1" && kill_owner_of "$file" && quiet=0
    done
    kill -9 -- "-$3"
  done
}

# Kills the owner of a file in /proc/PID; false if it was dead already and nobody has buried it.
kill_owner_of() {
  pid=${1#/proc/}
  pid=${pid%/*}
  read -r stat <"/proc/$pid/stat"
  kill -9 "$pid" || return
  case ${stat##*) } in Z* | X*) return 1 ;; esac
}

if [ "$1" = --watch ]; then
  shift
  watch_marks "$@"
  exit
fi

number=$1
shift
unset PWD OLDPWD SHLVL               # a shell adds these; the program gets the environment it was given
trap : HUP INT QUIT TERM USR1 USR2   # `kill 0` is meant for the program (which does not inherit this)

# The watcher is started before the number is set, and without the marker: nobody takes it for a stray.
# It leaves the process group where it can.
if [ $$ = 1 ]; then
  watch_namespace </dev/null >/dev/null 4>&- 5>&- &
else
  setsid=
  [ -x /usr/bin/setsid ] && setsid=/usr/bin/setsid
  PROOFGATE_RUN_ID='' $setsid /bin/sh "$0" --watch "$PROOFGATE_RUN_ID" "$number" $$ </dev/null >/dev/null 4>&- 5>&- &
fi

echo started >&3 || exit
(
  ulimit -w "$number" || ulimit -x "$number" # dash and busybox, bash; macOS has neither
  exec 2>&5 3<&- 5>&-
  exec "$@"
)
code=$?
echo "ended $code" >&3
exit "$code"
