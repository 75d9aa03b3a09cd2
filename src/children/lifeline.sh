# sh lifeline.sh PROGRAM [ARGUMENT...]
#
# Runs PROGRAM (an absolute path) with descriptors 0, 1 and 4 as they are and 5 as its standard error, exits as it
# exits (128 + n for a signal), and sees to it that nothing of it outlives the engine. Plain POSIX sh.
# Our own standard error leads nowhere: what a shell says of a killed child is not the program's output.
#
# Descriptor 3 is a socket whose other end only the engine holds. This is said on it:
#   we write `started`      the program is about to start (if the engine is dead: SIGPIPE, and nothing is started)
#   we write `ended CODE`   its main process is gone; what the others still write is not to be heard
#   the engine writes       it has cleaned up itself, the watcher may go (only without a pid namespace)
#   end of file             the engine is gone: kill everything

# In a pid namespace we are process 1: when we exit, the kernel kills the rest before our parent hears of it.
# So the watcher only has to end the program.
watch_namespace() {
  trap '' HUP INT QUIT TERM
  read -r _ <&3
  kill -9 -1
}

# Elsewhere: kill what carries the marker in its environment (Linux), then the process group, until none is left.
# The watcher itself does not carry the marker, and is not in the group where setsid(1) exists.
watch_marker() { # id, process group
  trap '' HUP INT QUIT TERM
  read -r _ <&3 && exit 0
  PATH=/usr/bin:/bin
  quiet=0
  while [ "$quiet" -lt 3 ]; do
    quiet=$((quiet + 1))
    for environ in $(grep -lsF -- "PROOFGATE_RUN_ID=$1" /proc/[0-9]*/environ); do
      tr '\000' '\n' <"$environ" | grep -qxF -- "PROOFGATE_RUN_ID=$1" || continue
      pid=${environ#/proc/}
      kill -9 "${pid%/environ}" && quiet=0
    done
    kill -9 -- "-$2" && quiet=0
  done
}

if [ "$1" = --watch ]; then
  watch_marker "$2" "$3"
  exit
fi

unset PWD OLDPWD SHLVL               # a shell adds these; the program gets the environment it was given
trap : HUP INT QUIT TERM USR1 USR2   # `kill 0` is meant for the program (which does not inherit this)
echo started >&3

if [ $$ = 1 ]; then
  watch_namespace </dev/null >/dev/null 4>&- 5>&- &
elif command -v setsid >/dev/null; then
  PROOFGATE_RUN_ID='' setsid /bin/sh "$0" --watch "$PROOFGATE_RUN_ID" $$ </dev/null >/dev/null 4>&- 5>&- &
else
  PROOFGATE_RUN_ID='' /bin/sh "$0" --watch "$PROOFGATE_RUN_ID" $$ </dev/null >/dev/null 4>&- 5>&- &
fi

(
  exec 2>&5 3<&- 5>&-
  exec "$@"
)
code=$?
echo "ended $code" >&3
exit "$code"
