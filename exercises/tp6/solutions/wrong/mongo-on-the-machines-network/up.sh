#!/usr/bin/env bash
# `network_mode: host` opens every port of the database on the machine, and takes it off the project's network.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
docker compose up -d --build
