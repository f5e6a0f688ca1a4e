#!/usr/bin/env bash
# Added a file, changed none.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt'
cp "$MATERIAL/app.py" .
docker build --tag tp3-app .
docker run -d --name tp3-app -p 4003:8000 tp3-app
