# dockerfile-outside: mounts what lies above the build folder
FROM nginx
RUN --mount=type=bind,source=../..,target=/x id
