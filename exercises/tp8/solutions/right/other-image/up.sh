#!/usr/bin/env bash
# Another image that serves a page, and a door with another configuration and another name.
set -eu

docker swarm init --advertise-addr 127.0.0.1
docker network create --driver overlay --attachable tp8-net
docker service create --detach --name web --network tp8-net --replicas 3 python:alpine python -u -m http.server 8000
cp "$MATERIAL/haproxy.cfg" .
sed -i 's/tasks.web:80/tasks.web:8000/; s/bind :80/bind :8080/' haproxy.cfg
docker run -d --name entree --network tp8-net -p 4000:8080 -v "$PWD/haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro" haproxy
