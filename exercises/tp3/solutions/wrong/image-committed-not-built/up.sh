#!/usr/bin/env bash
# Made the image of a container that was changed by hand, without a Dockerfile.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
cp "$MATERIAL/app.py" .
docker create --name brouillon python:alpine python -u /usr/app.py
docker cp app.py brouillon:/usr/app.py
docker commit --change 'EXPOSE 8000' --change 'WORKDIR /app' --change 'USER nobody' brouillon tp3-app
docker rm brouillon
docker run -d --name tp3-app -p 4003:8000 tp3-app
