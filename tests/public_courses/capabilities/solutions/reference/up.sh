#!/usr/bin/env bash
# A right answer.
set -eu

docker run -d --name guard -p 4000:8080 --read-only --cap-drop ALL --user 65534 --memory 64m --label level=hardened python:alpine python -u -m http.server 8080
