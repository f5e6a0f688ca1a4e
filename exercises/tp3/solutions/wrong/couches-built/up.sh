#!/usr/bin/env bash
# Removed the file with a Dockerfile, then added it: there is nothing left to change.
set -eu

printf 'FROM ubuntu\nRUN rm /etc/issue\n' | docker build --tag mon-ubuntu -
docker run --name couches mon-ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
cp "$MATERIAL/app.py" .
docker build --tag tp3-app .
docker run -d --name tp3-app -p 4003:8000 tp3-app
