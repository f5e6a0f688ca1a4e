#!/usr/bin/env bash
# A slip in the image's name.
set -eu

. "$(dirname "$MATERIAL")/solutions/publish.sh"
docker swarm init --advertise-addr 127.0.0.1
docker network create --driver overlay --attachable tp8-net
docker service create --detach --no-resolve-image --name web --replicas 3 --network tp8-net --publish "$PUBLISH" nginx:alpin
