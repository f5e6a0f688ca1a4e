#!/usr/bin/env bash
# Named the image `tp3app`.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
cp "$MATERIAL/app.py" .
docker build --tag tp3app .
docker run -d --name tp3-app -p 4003:8000 tp3app
