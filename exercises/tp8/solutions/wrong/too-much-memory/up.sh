#!/usr/bin/env bash
# Reserved more memory for each task than the machine has.
set -eu

. "$(dirname "$MATERIAL")/solutions/publish.sh"
docker swarm init --advertise-addr 127.0.0.1
docker network create --driver overlay --attachable tp8-net
docker service create --detach --name web --reserve-memory 4TB --replicas 3 --network tp8-net --publish "$PUBLISH" nginx:alpine
