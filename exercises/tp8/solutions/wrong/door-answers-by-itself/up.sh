#!/usr/bin/env bash
# Another nginx answers on the port: its page looks the same, and the service is never asked.
set -eu

docker swarm init --advertise-addr 127.0.0.1
docker network create --driver overlay --attachable tp8-net
docker service create --detach --name web --network tp8-net --replicas 3 nginx
docker run -d --name porte -p 4000:80 nginx
