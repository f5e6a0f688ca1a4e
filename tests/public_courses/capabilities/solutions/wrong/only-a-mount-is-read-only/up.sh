#!/usr/bin/env bash
# A mount is read-only, the container is not.
set -eu

docker run -d --name guard -p 4000:8080 -v guard-pages:/pages:ro --cap-drop ALL --user 65534 --memory 64m --label level=hardened python:alpine python -u -m http.server 8080
