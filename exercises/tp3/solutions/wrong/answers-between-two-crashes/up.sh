#!/usr/bin/env bash
# It ends after nine seconds, and the engine starts it again: in between, it answers.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
cp "$MATERIAL/app.py" .
docker build --tag tp3-app .
docker run -d --restart always --name tp3-app -p 4003:8000 tp3-app
until [ "$(docker inspect --format '{{.RestartCount}}' tp3-app)" -ge 1 ]; do sleep 0.2; done
