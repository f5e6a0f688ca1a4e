#!/usr/bin/env bash
# Each task has a door of its own, and nginx answers with an error.
set -eu

docker swarm init --advertise-addr 127.0.0.1
docker network create --driver overlay --attachable tp8-net
docker service create --detach --name web --network tp8-net --replicas 3 --publish mode=host,target=80 nginx \
    sh -c "echo 'server { listen 80; return 500; }' > /etc/nginx/conf.d/default.conf; exec nginx -g 'daemon off;'"
