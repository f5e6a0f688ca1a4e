#!/usr/bin/env bash
# The configuration is where nobody looks.
set -eu

echo 'a-long-key-for-the-exercise' > api_key.txt
echo 'colour = blue' > app.conf
docker compose up -d
