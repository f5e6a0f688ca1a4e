#!/usr/bin/env bash
# Made a bridge, which a service cannot join, and did without.
set -eu

. "$(dirname "$MATERIAL")/solutions/publish.sh"
docker swarm init --advertise-addr 127.0.0.1
docker network create tp8-net
docker service create --detach --name web --replicas 3 --network tp8-net --publish "$PUBLISH" nginx:alpine || true
docker service inspect web > /dev/null 2>&1 ||
    docker service create --detach --name web --replicas 3 --publish "$PUBLISH" nginx:alpine
