#!/usr/bin/env bash
# Took redis off the front network in the file, and did not run `up` again.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker compose up -d --build --scale web=3
cp corrected.yaml compose.yaml
