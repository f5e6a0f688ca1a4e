#!/usr/bin/env bash
# The build fails, so there is neither an image nor a container.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
cp "$MATERIAL/app.py" .
docker build --tag tp3-app . || true
docker run -d --name tp3-app -p 4003:8000 tp3-app || true
