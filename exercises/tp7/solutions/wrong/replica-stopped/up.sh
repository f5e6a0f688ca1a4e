#!/usr/bin/env bash
# Stopped a replica while looking around, and forgot it.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=3
sleep 10  # what ends within ten seconds of its start may have ended by itself
docker stop tp7-web-2
