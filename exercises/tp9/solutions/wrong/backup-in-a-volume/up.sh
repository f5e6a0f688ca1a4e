#!/usr/bin/env bash
# Mounted a volume on /backup, not a folder of the machine.
set -eu

docker run -d --name tp9-web -p 4000:80 -v tp9-site:/usr/share/nginx/html --restart unless-stopped --memory 128m --cpus 0.5 --health-cmd "bash -c ': < /dev/tcp/127.0.0.1/80'" --health-interval 1s nginx
echo '<h1>Toujours là</h1>' | docker exec -i tp9-web sh -c 'cat > /usr/share/nginx/html/index.html'
echo '<p>À propos</p>' | docker exec -i tp9-web sh -c 'cat > /usr/share/nginx/html/about.html'
docker run --name tp9-backup -v tp9-site:/data:ro -v tp9-backups:/backup ubuntu tar -cf /backup/site.tar -C /data .
docker run --rm -v tp9-restored:/data -v tp9-backups:/backup:ro ubuntu tar -xf /backup/site.tar -C /data
docker run -d --name tp9-copy -p 4001:80 -v tp9-restored:/usr/share/nginx/html nginx
