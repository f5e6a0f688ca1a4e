#!/usr/bin/env bash
# Left out `-d`, then gave the terminal back with Ctrl-C, which stops the container.
set -eu

"$MATERIAL/todos/build.sh"
mkdir -p ~/Docker/todos/mongo/db
docker run -d --name todos-mongo --add-host mydocker:host-gateway -p 4000:27017 -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
docker run -d --name todos-api --add-host mydocker:host-gateway -p 4001:8082 todos-api-v1
env --default-signal=INT docker run --name todos-app --add-host mydocker:host-gateway -p 4002:7777 todos-app-v1 &
until docker logs todos-app 2>&1 | grep -q Running; do sleep 0.1; done
kill -INT $!  # Ctrl-C
wait $! || true
