# dockerfile-flag: builds on the machine's network
FROM nginx
RUN --network=host curl http://localhost:2375/containers/json
