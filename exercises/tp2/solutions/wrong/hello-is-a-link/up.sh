#!/usr/bin/env bash
# A link to a path of the machine, which the container does not have.
set -eu

mkdir -p ~/Docker/site ~/Docker/app1
echo '<h1>Ma page</h1>' > ~/Docker/site/index.html
printf '#!/bin/sh\necho hello world\n' > ~/Docker/app1/hello
chmod +x ~/Docker/app1/hello
mv ~/Docker/app1/hello ~/Docker/hello
ln -s ~/Docker/hello ~/Docker/app1/hello
docker run --name hello -v ~/Docker/app1:/foo ubuntu ls -l /foo
docker run -d --name web -p 4000:80 -v ~/Docker/site:/usr/share/nginx/html nginx
