#!/usr/bin/env bash
# Let compose make the network, without a `name:` of its own: it is called `todos_todos-net`.
set -eu

"$MATERIAL/todos/build.sh"
mkdir -p ~/Docker/todos/mongo/db
docker compose --project-name todos up -d
