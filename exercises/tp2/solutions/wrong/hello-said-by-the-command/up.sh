#!/usr/bin/env bash
# The command says it, the file does not.
set -eu

mkdir -p ~/Docker/site ~/Docker/app1
echo '<h1>Ma page</h1>' > ~/Docker/site/index.html
echo salut > ~/Docker/app1/hello
docker run --name hello -v ~/Docker/app1:/foo ubuntu echo hello world
docker run -d --name web -p 4000:80 -v ~/Docker/site:/usr/share/nginx/html nginx
