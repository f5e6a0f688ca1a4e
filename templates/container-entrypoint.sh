#!/bin/sh
# The entry point of the grader's image: `tp2 --lang en` is for pytest, `grader watch tp2` is that command.
# Whoever starts the container owns the folder that it works in: their projects are trusted, as those of who types `sudo`.
SUDO_UID=$(stat -c %u .)
export SUDO_UID
[ "$1" = grader ] || set -- pytest "$@"
exec "$@"
