#!/usr/bin/env bash
# Wrote the Dockerfile and built nothing; ran Python itself, with the folder mounted.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
cp "$MATERIAL/app.py" .
docker run -d --name tp3-app -p 4003:8000 -v "$PWD:/app" -w /app -u nobody python:alpine python -u app.py
