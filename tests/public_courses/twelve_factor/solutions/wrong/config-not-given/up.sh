#!/usr/bin/env bash
# The configuration is declared, and not used.
set -eu

echo 'a-long-key-for-the-exercise' > api_key.txt
echo 'colour = blue' > app.conf
docker compose up -d
