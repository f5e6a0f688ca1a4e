# Here-documents, as newer documentation writes them
FROM nginx
RUN <<EOF
apt-get update
apt-get install -y curl
EOF
COPY <<-"PAGE" /usr/share/nginx/html/index.html
	<h1>bonjour</h1>
PAGE
