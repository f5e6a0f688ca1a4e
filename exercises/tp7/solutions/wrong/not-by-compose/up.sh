#!/usr/bin/env bash
# Built and started everything by hand, three times for the replicas.
set -eu

cp -r "$MATERIAL/web" "$MATERIAL/haproxy.cfg" .
docker network create front-tier
docker network create back-tier
docker build -q -t web web
docker run -d --name redis --network back-tier redis:alpine
for i in 1 2 3; do
    docker create --name web$i --network front-tier --network-alias web web
    docker network connect back-tier web$i
    docker start web$i
done
docker run -d --name lb --network front-tier -p 80:80 \
    -v "$PWD/haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro" haproxy
