# image-registry: a base from anywhere
FROM evil.example/base
