# The runner builds this in every job that says `uses: org/errmon-action`, so the module downloads have a layer of their
# own. It uses nothing that needs BuildKit.
FROM golang:1.26-alpine AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY main.go ./
COPY internal ./internal
# Without the tag the Lambda library brings net/rpc, because of which the linker keeps all methods: 10 MB.
RUN CGO_ENABLED=0 go build -tags lambda.norpc -trimpath -ldflags "-s -w" -o /out/errmon . && mkdir -m 1777 /out/tmp

# Root, because GitHub's file commands (GITHUB_OUTPUT, GITHUB_STEP_SUMMARY) belong to another user of the runner; no
# WORKDIR, because GitHub sets its own.
FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/ /
ENTRYPOINT ["/errmon"]
