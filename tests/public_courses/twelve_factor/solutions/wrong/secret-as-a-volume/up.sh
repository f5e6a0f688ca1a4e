#!/usr/bin/env bash
# The file is mounted elsewhere.
set -eu

echo 'a-long-key-for-the-exercise' > api_key.txt
echo 'colour = blue' > app.conf
docker compose up -d
