#!/usr/bin/env bash
# Made the network with the driver of a swarm.
set -eu

"$MATERIAL/todos/build.sh"
mkdir -p ~/Docker/todos/mongo/db
docker swarm init --advertise-addr 127.0.0.1
docker network create --driver overlay --attachable todos-net
docker run -d --name todos-mongo --network todos-net -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
docker run -d --name todos-api --network todos-net todos-api-v2
docker run -d --name todos-app --network todos-net -p 4002:7777 todos-app-v2
