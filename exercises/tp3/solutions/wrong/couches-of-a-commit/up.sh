#!/usr/bin/env bash
# Committed the container and ran a new one of that image: both files are in the image.
set -eu

docker run --name essai ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
docker commit essai mon-ubuntu
docker rm essai
docker run --name couches mon-ubuntu true
cp "$MATERIAL/app.py" .
docker build --tag tp3-app .
docker run -d --name tp3-app -p 4003:8000 tp3-app
