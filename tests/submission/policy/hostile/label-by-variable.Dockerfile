# variable-where-literal: the builder puts the variable's value into the label's name
FROM nginx
ARG name=com.docker.compose.service
LABEL $name=todos-mongo
