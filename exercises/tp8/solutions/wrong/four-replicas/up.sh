#!/usr/bin/env bash
# Asked for three more than the one that was there.
set -eu

. "$(dirname "$MATERIAL")/solutions/publish.sh"
docker swarm init --advertise-addr 127.0.0.1
docker network create --driver overlay --attachable tp8-net
docker service create --detach --name web --network tp8-net --publish "$PUBLISH" nginx:alpine
docker service scale --detach web=4
