#!/usr/bin/env bash
# The project takes another name than `tp7`.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=3
