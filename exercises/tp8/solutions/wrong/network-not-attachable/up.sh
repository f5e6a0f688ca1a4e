#!/usr/bin/env bash
# Forgot that ordinary containers are to join, too.
set -eu

. "$(dirname "$MATERIAL")/solutions/publish.sh"
docker swarm init --advertise-addr 127.0.0.1
docker network create --driver overlay tp8-net
docker service create --detach --name web --replicas 3 --network tp8-net --publish "$PUBLISH" nginx:alpine
