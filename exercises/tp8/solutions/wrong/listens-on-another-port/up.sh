#!/usr/bin/env bash
# Published onto 8080, where nginx does not listen.
set -eu

TARGET=8080
. "$(dirname "$MATERIAL")/solutions/publish.sh"
docker swarm init --advertise-addr 127.0.0.1
docker network create --driver overlay --attachable tp8-net
docker service create --detach --name web --replicas 3 --network tp8-net --publish "$PUBLISH" nginx:alpine
