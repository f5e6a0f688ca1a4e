#!/usr/bin/env bash
# Wrote `mydocker` into /etc/hosts of each container instead of giving it with `--add-host`.
set -eu

"$MATERIAL/todos/build.sh"
mkdir -p ~/Docker/todos/mongo/db
machine=$(docker network inspect bridge --format '{{ (index .IPAM.Config 0).Gateway }}')
docker run -d --name todos-mongo -p 4000:27017 -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
docker run -d --name todos-api -p 4001:8082 todos-api-v1
docker run -d --name todos-app -p 4002:7777 todos-app-v1
for one in todos-mongo todos-api todos-app; do
    docker exec --user 0 $one sh -c "echo $machine mydocker >> /etc/hosts"
done
