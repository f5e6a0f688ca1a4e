# dockerfile-instruction: runs in somebody else's build
FROM nginx
ONBUILD RUN id
