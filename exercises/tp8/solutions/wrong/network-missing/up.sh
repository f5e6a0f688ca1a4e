#!/usr/bin/env bash
# Made no network: the service has no `--network`.
set -eu

cp "$MATERIAL/haproxy.cfg" .
docker swarm init --advertise-addr 127.0.0.1
docker service create --detach --name web --replicas 3 nginx
docker run -d --name porte -p 4000:80 -v "$PWD/haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro" haproxy
