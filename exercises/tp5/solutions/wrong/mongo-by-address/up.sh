#!/usr/bin/env bash
# Gave the API the address of the database where its name is meant.
set -eu

"$MATERIAL/todos/build.sh"
mkdir -p ~/Docker/todos/mongo/db
docker network create todos-net
docker run -d --name todos-mongo --network todos-net -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
ip=$(docker inspect todos-mongo --format '{{ (index .NetworkSettings.Networks "todos-net").IPAddress }}')
docker run -d --name todos-api --network todos-net -e MONGO="$ip:27017" todos-api-v2
docker run -d --name todos-app --network todos-net -p 4002:7777 todos-app-v2
