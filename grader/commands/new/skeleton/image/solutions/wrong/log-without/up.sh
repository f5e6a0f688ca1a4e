#!/usr/bin/env bash
# Another program is in the image.
set -eu

echo 'print("goodbye", flush=True)' > app.py
docker build --tag tpN-app .
docker run -d --name tpN-app tpN-app
