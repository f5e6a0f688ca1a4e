#!/usr/bin/env bash
# Gave `python:alpine` another name and mounted the code.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
cp "$MATERIAL/app.py" .
docker tag python:alpine tp3-app
docker run -d --name tp3-app -p 4003:8000 -v "$PWD:/app" -w /app tp3-app python -u app.py
