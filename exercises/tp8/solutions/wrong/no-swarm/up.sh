#!/usr/bin/env bash
# Three containers by hand, and no swarm at all.
set -eu

for i in 1 2 3; do docker run -d --name "web$i" nginx:alpine; done
