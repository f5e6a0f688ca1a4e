#!/usr/bin/env bash
# Forgot `--scale`: one replica.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build
