#!/usr/bin/env bash
# Stays under the limit, and yet weighs as much as another `python` on the machine.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
printf 'FROM python:alpine\nRUN head -c 12000000 /dev/zero > /filling\n' | docker build --tag python:slim -
cp "$MATERIAL/app.py" .
docker build --tag tp3-app .
docker run -d --name tp3-app -p 4003:8000 tp3-app
