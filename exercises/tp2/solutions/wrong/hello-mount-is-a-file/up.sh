#!/usr/bin/env bash
# The file is mounted, not its folder.
set -eu

mkdir -p ~/Docker/site ~/Docker/app1
echo '<h1>Ma page</h1>' > ~/Docker/site/index.html
printf '#!/bin/sh\necho hello world\n' > ~/Docker/app1/hello
chmod +x ~/Docker/app1/hello
docker run --name hello -v ~/Docker/app1/hello:/foo ubuntu /foo
docker run -d --name web -p 4000:80 -v ~/Docker/site:/usr/share/nginx/html nginx
