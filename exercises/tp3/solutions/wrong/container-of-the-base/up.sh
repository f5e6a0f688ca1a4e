#!/usr/bin/env bash
# Ran `python:alpine` in place of the image.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
cp "$MATERIAL/app.py" .
docker build --tag tp3-app .
docker run -d --name tp3-app -p 4003:8000 -v "$PWD:/app" -w /app -u nobody python:alpine python -u app.py
