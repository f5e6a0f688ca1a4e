#!/usr/bin/env bash
# The code is in a volume, where a newer image does not reach it.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
cp "$MATERIAL/app.py" .
docker build --tag tp3-app .
docker run -d --name tp3-app -v code:/app -p 4003:8000 tp3-app
