#!/usr/bin/env bash
# The door is a service too, of one task, with its file as a config of the swarm and a port of the machine's own.
set -eu

cp "$MATERIAL/haproxy.cfg" .
docker swarm init --advertise-addr 127.0.0.1
docker network create --driver overlay --attachable tp8-net
docker service create --detach --name web --network tp8-net --replicas 3 nginx
docker config create door haproxy.cfg
docker service create --detach --name porte --network tp8-net --publish mode=host,target=80,published=4000 \
    --config source=door,target=/usr/local/etc/haproxy/haproxy.cfg haproxy
