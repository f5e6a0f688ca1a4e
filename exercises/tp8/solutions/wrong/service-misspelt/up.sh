#!/usr/bin/env bash
# Called the service `Web`.
set -eu

. "$(dirname "$MATERIAL")/solutions/publish.sh"
docker swarm init --advertise-addr 127.0.0.1
docker network create --driver overlay --attachable tp8-net
docker service create --detach --name Web --replicas 3 --network tp8-net --publish "$PUBLISH" nginx:alpine
