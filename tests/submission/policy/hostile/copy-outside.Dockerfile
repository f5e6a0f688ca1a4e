# dockerfile-outside: above the build folder
FROM nginx
COPY ../../../etc/shadow /x
