#!/usr/bin/env bash
# Began with an image of one's own, flattened by `docker import`.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
docker create --name brouillon python:alpine
docker export brouillon | docker import --change 'ENV PATH=/usr/local/bin:/usr/bin:/bin' - mon-python
docker rm brouillon
cp "$MATERIAL/app.py" .
docker build --tag tp3-app .
docker run -d --name tp3-app -p 4003:8000 tp3-app
