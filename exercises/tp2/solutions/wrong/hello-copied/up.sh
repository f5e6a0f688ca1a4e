#!/usr/bin/env bash
# Copied, not mounted.
set -eu

mkdir -p ~/Docker/site ~/Docker/app1
echo '<h1>Ma page</h1>' > ~/Docker/site/index.html
printf '#!/bin/sh\necho hello world\n' > ~/Docker/app1/hello
chmod +x ~/Docker/app1/hello
docker create --name hello ubuntu /foo/hello
docker cp ~/Docker/app1 hello:/foo
docker start -a hello
docker run -d --name web -p 4000:80 -v ~/Docker/site:/usr/share/nginx/html nginx
