# escape=`
# dockerfile-escape: lines end elsewhere than they seem to
FROM nginx
RUN echo `
  hello
