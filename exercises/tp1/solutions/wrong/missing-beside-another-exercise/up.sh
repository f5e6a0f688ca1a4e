#!/usr/bin/env bash
# The second exercise is done; of the first one, only the container in the background.
set -eu

mkdir -p ~/Docker/app1
printf '#!/bin/sh\necho hello world\n' > ~/Docker/app1/hello
chmod +x ~/Docker/app1/hello
docker run --name hello -v ~/Docker/app1:/foo ubuntu /foo/hello
docker run -dti --name tp1-fond ubuntu bash
