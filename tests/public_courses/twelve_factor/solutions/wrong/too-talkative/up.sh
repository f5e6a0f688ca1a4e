#!/usr/bin/env bash
# A line for developers is left.
set -eu

echo 'a-long-key-for-the-exercise' > api_key.txt
echo 'colour = blue' > app.conf
docker compose up -d
