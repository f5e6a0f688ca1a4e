#!/usr/bin/env bash
# Mistyped the name of the file: Docker makes an empty folder, and haproxy finds no configuration.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=3
