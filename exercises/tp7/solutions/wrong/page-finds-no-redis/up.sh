#!/usr/bin/env bash
# Looks for redis on another port than its own: the page is an error every time.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
sed -i 's/6379/6380/' web/web.py
docker compose up -d --build --scale web=3
