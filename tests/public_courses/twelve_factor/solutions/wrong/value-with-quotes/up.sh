#!/usr/bin/env bash
# The quotes are a part of the value.
set -eu

echo 'a-long-key-for-the-exercise' > api_key.txt
echo 'colour = blue' > app.conf
docker compose up -d
