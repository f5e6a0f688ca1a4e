#!/usr/bin/env bash
# Everything is in the environment.
set -eu

echo 'a-long-key-for-the-exercise' > api_key.txt
echo 'colour = blue' > app.conf
docker compose up -d
