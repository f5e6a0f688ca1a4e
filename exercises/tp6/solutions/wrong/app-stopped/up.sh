#!/usr/bin/env bash
# Ran `up` without `-d`, then Ctrl-C: everything is stopped.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up --build &
until docker compose ps --services --status running | grep -q todos-app; do sleep 0.2; done
kill -INT $!  # Ctrl-C
wait $! || true
