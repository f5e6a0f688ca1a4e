# label-reserved: quotes and backslashes in the middle of a name are taken out by the builder
FROM nginx
LABEL com."docker".compose.project=todos com\.docker.compose.service=todos-mongo
