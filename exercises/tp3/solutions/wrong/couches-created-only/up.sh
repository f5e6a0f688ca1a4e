#!/usr/bin/env bash
# `docker create` makes the container, and nothing runs in it.
set -eu

docker create --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
cp "$MATERIAL/app.py" .
docker build --tag tp3-app .
docker run -d --name tp3-app -p 4003:8000 tp3-app
