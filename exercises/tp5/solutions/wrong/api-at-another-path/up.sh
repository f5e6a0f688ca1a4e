#!/usr/bin/env bash
# Changed the sources of the API, which tells its list at `/todo` now: nobody asks for it there.
set -eu

"$MATERIAL/todos/build.sh"
cp -r "$MATERIAL/todos/api" .
sed -i 's/"\/todos/"\/todo/' api/api.py
docker build --tag todos-api-v2 api
mkdir -p ~/Docker/todos/mongo/db
docker network create todos-net
docker run -d --name todos-mongo --network todos-net -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
docker run -d --name todos-api --network todos-net todos-api-v2
docker run -d --name todos-app --network todos-net -p 4002:7777 todos-app-v2
