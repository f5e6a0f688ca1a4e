#!/usr/bin/env bash
# The application runs in the mode of developers.
set -eu

echo 'a-long-key-for-the-exercise' > api_key.txt
echo 'colour = blue' > app.conf
docker compose up -d
