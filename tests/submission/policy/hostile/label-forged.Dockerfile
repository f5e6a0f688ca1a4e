# label-reserved: a container takes its image's labels
FROM nginx
LABEL com.docker.compose.project="todos" com.docker.compose.service="todos-mongo"
