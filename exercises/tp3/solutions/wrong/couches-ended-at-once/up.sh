#!/usr/bin/env bash
# Neither `-i` nor `-t`: bash has nothing to read, and nobody typed anything.
set -eu

docker run --name couches ubuntu
cp "$MATERIAL/app.py" .
docker build --tag tp3-app .
docker run -d --name tp3-app -p 4003:8000 tp3-app
