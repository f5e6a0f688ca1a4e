#!/usr/bin/env bash
# Corrected the configuration with an editor that writes a new file, and started nothing again.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
sed -i "s/server-template web 10/server web/" haproxy.cfg
docker compose up -d --build --scale web=3
cp "$MATERIAL/haproxy.cfg" haproxy.cfg.new
mv haproxy.cfg.new haproxy.cfg
