#!/usr/bin/env bash
# The start script does not say which program runs it.
set -eu

docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'
cp "$MATERIAL/app.py" .
printf 'exec python -u app.py\n' > start.sh
chmod +x start.sh
docker build --tag tp3-app .
docker run -d --name tp3-app -p 4003:8000 tp3-app
