# dockerfile-flag: the grader's secrets in a build
FROM nginx
RUN --mount=type=secret,id=CI_JOB_TOKEN cat /run/secrets/CI_JOB_TOKEN
