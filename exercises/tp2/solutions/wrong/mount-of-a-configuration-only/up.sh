#!/usr/bin/env bash
# A configuration is mounted, and the folder is not.
set -eu

mkdir -p ~/Docker/site ~/Docker/app1
echo '<h1>Ma page</h1>' > ~/Docker/site/index.html
printf '#!/bin/sh\necho hello world\n' > ~/Docker/app1/hello
chmod +x ~/Docker/app1/hello
docker run --name hello -v ~/Docker/app1:/foo ubuntu /foo/hello
echo 'server { listen 80; root /usr/share/nginx/html; }' > ~/Docker/site.conf
docker run -d --name web -p 4000:80 -v ~/Docker/site.conf:/etc/nginx/conf.d/default.conf nginx
