#!/bin/bash
# Stands where the engine expects a program: runs PROGRAM and leaves in MARKS what that took, so that it can be told from the rest.
# When it began and ended (seconds), then bash's `times`: user and system time of this shell, and of its children.
# The two words in capitals are replaced by absolute paths when this is copied, because the engine hands no variable on.
began=$EPOCHREALTIME
PROGRAM "$@"
code=$?
{
  echo "$began"
  echo "$EPOCHREALTIME"
  times
} >"MARKS/$began-$RANDOM"
exit $code
