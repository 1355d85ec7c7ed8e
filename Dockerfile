# Two stages: a Go toolchain builds one static binary; the image holds that binary, root certificates and a data folder.
ARG GO_IMAGE=golang:1.26-bookworm
FROM ${GO_IMAGE} AS build
ARG VERSION=container
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/uhri ./cmd/uhri \
 && mkdir -p /out/data /out/tmp /out/etc/ssl/certs \
 && cp /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/ \
 && chmod 1777 /out/tmp

FROM scratch
COPY --from=build /out/etc/ /etc/
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build /out/tmp /tmp
COPY --from=build /out/uhri /uhri
USER 65532:65532
VOLUME /data
EXPOSE 8080
ENV UHRI_DATA=/data
# The data folder survives the container; the index in it can be deleted at any time.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["/uhri", "status", "--probe"]
ENTRYPOINT ["/uhri"]
CMD ["serve"]
