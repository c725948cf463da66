#!/bin/bash
# A screen with a window manager and GIMP on it; the arguments are the batch to run there and GIMP's options.
trap 'kill $(jobs -p) 2>/dev/null' EXIT
number=$(mktemp -u)
mkfifo "$number"
Xvfb -displayfd 3 -screen 0 ${SCREEN:-1280x800}x24 -nolisten tcp 3>"$number" >/dev/null 2>&1 &
read -r screen <"$number"
export DISPLAY=:$screen
openbox >/dev/null 2>&1 &
dbus-run-session gimp --no-splash "${@:2}" --batch-interpreter=python-fu-eval -b "$1" --quit
