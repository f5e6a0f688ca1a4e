#!/usr/bin/env bash
# Made a bridge network: a service cannot stand on it, Docker refuses.
set -eu

cp "$MATERIAL/haproxy.cfg" .
docker swarm init --advertise-addr 127.0.0.1
docker network create tp8-net
docker service create --detach --name web --network tp8-net --replicas 3 nginx || docker service create --detach --name web --replicas 3 nginx  # cannot be used with services
docker run -d --name porte --network tp8-net -p 4000:80 -v "$PWD/haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro" haproxy
