#!/usr/bin/env bash
# `-u root` when it starts undoes the `USER` of the image.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
cp "$MATERIAL/app.py" .
docker build --tag tp3-app .
docker run -d --name tp3-app -u root -p 4003:8000 tp3-app
