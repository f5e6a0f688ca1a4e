#!/usr/bin/env bash
# `docker` for `Docker`, the folder as well as its mount.
set -eu

mkdir -p ~/Docker/site ~/Docker/app1
echo '<h1>Ma page</h1>' > ~/Docker/site/index.html
printf '#!/bin/sh\necho hello world\n' > ~/Docker/app1/hello
chmod +x ~/Docker/app1/hello
docker run --name hello -v ~/Docker/app1:/foo ubuntu /foo/hello
mkdir ~/docker
mv ~/Docker/site ~/docker/
docker run -d --name web -p 4000:80 -v ~/docker/site:/usr/share/nginx/html nginx
