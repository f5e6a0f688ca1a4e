# dockerfile-no-from: starts with RUN
RUN apt-get update
