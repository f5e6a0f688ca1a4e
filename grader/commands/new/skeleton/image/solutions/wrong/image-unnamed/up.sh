#!/usr/bin/env bash
# The image was built without a name.
set -eu

cp "$MATERIAL/app.py" .
docker run -d --name tpN-app "$(docker build --quiet .)"
