#!/usr/bin/env bash
# The file has another name.
set -eu

mkdir -p ~/Docker/site ~/Docker/app1
echo '<h1>Ma page</h1>' > ~/Docker/site/index.html
printf '#!/bin/sh\necho hello world\n' > ~/Docker/app1/hello
chmod +x ~/Docker/app1/hello
mv ~/Docker/app1/hello ~/Docker/app1/hello.sh
docker run --name hello -v ~/Docker/app1:/foo ubuntu ls /foo
docker run -d --name web -p 4000:80 -v ~/Docker/site:/usr/share/nginx/html nginx
