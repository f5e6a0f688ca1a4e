#!/usr/bin/env bash
# Renamed a service after its container was made: `down` no longer knows the old one.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
cp compose.yaml plus-tard.yaml
sed -i 's/todos-app:/todos-web:/; s/4002:7777/4003:7777/' compose.yaml
docker compose up -d --build
mv plus-tard.yaml compose.yaml
docker compose up -d --build
