# ADD for a file of the folder, an old MAINTAINER, lower case
from ubuntu:22.04
maintainer eleve
add site.tar.gz /var/www
add ["mon fichier.txt", "/var/www/"]
copy ./conf/ /etc/conf/
run apt-get update && apt-get install -y nginx=1.* --no-install-recommends
volume /var/www
expose 80 443/tcp
stopsignal SIGTERM
cmd nginx -g 'daemon off;'
