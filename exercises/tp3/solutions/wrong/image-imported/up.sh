#!/usr/bin/env bash
# Made the image of an archive of a container: one layer, shared with nobody.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
cp "$MATERIAL/app.py" .
docker create --name brouillon python:alpine
docker cp app.py brouillon:/usr/app.py
docker export brouillon | docker import --change 'EXPOSE 8000' --change 'WORKDIR /app' --change 'USER nobody' \
    --change 'ENV PATH=/usr/local/bin:/usr/bin:/bin' --change 'CMD ["python", "-u", "/usr/app.py"]' - tp3-app
docker rm brouillon
docker run -d --name tp3-app -p 4003:8000 tp3-app
