#!/usr/bin/env bash
# Skipped the first half of the handout.
set -eu

cp "$MATERIAL/app.py" .
docker build --tag tp3-app .
docker run -d --name tp3-app -p 4003:8000 tp3-app
