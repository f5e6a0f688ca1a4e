#!/usr/bin/env bash
# Wrote the start script with an editor of Windows.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
cp "$MATERIAL/app.py" .
printf '#!/bin/sh\r\nexec python -u app.py\r\n' > start.sh
chmod +x start.sh
docker build --tag tp3-app .
docker run -d --name tp3-app -p 4003:8000 tp3-app
