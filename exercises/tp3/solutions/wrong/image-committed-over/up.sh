#!/usr/bin/env bash
# `docker commit` onto `ubuntu`: the image is no longer what it was.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
docker commit couches ubuntu
cp "$MATERIAL/app.py" .
docker build --tag tp3-app .
docker run -d --name tp3-app -p 4003:8000 tp3-app
