#!/usr/bin/env bash
# A right answer.
set -eu

docker run -d --name tpN-web nginx
