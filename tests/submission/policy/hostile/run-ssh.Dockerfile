# dockerfile-flag: the grader's SSH agent in a build
FROM nginx
RUN --mount=type=ssh ssh git@example.org
