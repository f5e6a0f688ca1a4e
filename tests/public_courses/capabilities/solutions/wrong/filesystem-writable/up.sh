#!/usr/bin/env bash
# Everything can be written to.
set -eu

docker run -d --name guard -p 4000:8080 --cap-drop ALL --user 65534 --memory 64m --label level=hardened python:alpine python -u -m http.server 8080
