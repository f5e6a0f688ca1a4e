#!/usr/bin/env bash
# Another user than that of the handout.
set -eu

docker run -d --name guard -p 4000:8080 --read-only --cap-drop ALL --user 1000 --memory 64m --label level=hardened python:alpine python -u -m http.server 8080
