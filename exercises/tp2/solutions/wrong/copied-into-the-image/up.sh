#!/usr/bin/env bash
# Copied into an image of one's own.
set -eu

mkdir -p ~/Docker/site ~/Docker/app1
echo '<h1>Ma page</h1>' > ~/Docker/site/index.html
printf '#!/bin/sh\necho hello world\n' > ~/Docker/app1/hello
chmod +x ~/Docker/app1/hello
docker run --name hello -v ~/Docker/app1:/foo ubuntu /foo/hello
printf 'FROM nginx\nCOPY site /usr/share/nginx/html\n' > ~/Docker/Dockerfile
docker build -q -t mon-site ~/Docker
docker run -d --name web -p 4000:80 mon-site
