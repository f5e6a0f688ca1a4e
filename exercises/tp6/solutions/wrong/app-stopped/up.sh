#!/usr/bin/env bash
# Ran `up` without `-d`, then Ctrl-C: everything is stopped.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up --build &
for service in todos-api todos-app; do
  until docker compose logs $service | grep -q 'Running on'; do sleep 0.2; done
done
kill -INT $!  # Ctrl-C
wait $! || true
