# dockerfile-variable: a base that nobody can read
FROM ${BASE}
