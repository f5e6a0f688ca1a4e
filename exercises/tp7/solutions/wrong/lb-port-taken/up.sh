#!/usr/bin/env bash
# Something else on the machine already listens on port 80.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
python3 -m http.server 80 &
until (exec 3<> /dev/tcp/127.0.0.1/80) 2> /dev/null; do sleep 0.1; done
docker compose up -d --build --scale web=3 || true
