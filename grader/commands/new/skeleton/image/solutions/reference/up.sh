#!/usr/bin/env bash
# A right answer.
set -eu

cp "$MATERIAL/app.py" .
docker build --tag tpN-app .
docker run -d --name tpN-app tpN-app
