# dockerfile-flag: a privileged step
FROM nginx
RUN --security=insecure mount /dev/vda /mnt
