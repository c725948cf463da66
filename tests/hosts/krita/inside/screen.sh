#!/bin/bash
# A screen of its own, on whichever display is free; the arguments are what runs there.
trap 'kill $(jobs -p) 2>/dev/null' EXIT
number=$(mktemp -u)
mkfifo "$number"
Xvfb -displayfd 3 -screen 0 3200x2000x24 -nolisten tcp 3>"$number" >/dev/null 2>&1 &
read -r screen <"$number"
DISPLAY=:$screen "$@"
