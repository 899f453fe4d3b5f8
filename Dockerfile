# Without a released image the runner builds this in every job, so the module downloads have a layer of their own. It
# needs nothing of BuildKit, which sets BUILDPLATFORM and TARGETARCH: Go cross-compiles, and nothing is emulated.
FROM --platform=${BUILDPLATFORM:-linux} golang:1.26-alpine AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY main.go ./
COPY internal ./internal
ARG TARGETARCH
# "VERSION COMMIT DATE" of a release.
ARG STAMP=""
# The tags leave out what only AWS Lambda needs (450 KB), the page of preview --html (630 KB), and HTTP/2 (530 KB), which
# gains nothing where one request follows another. Only what works on each line of a log is inlined (saves 900 KB): the
# rest waits for the network.
RUN CGO_ENABLED=0 GOARCH=$TARGETARCH go build -tags nolambda,nopage,nethttpomithttp2 -trimpath -buildvcs=false \
      -gcflags=all=-l -gcflags=std= -gcflags=net/...=-l -gcflags=crypto/...=-l -gcflags=vendor/...=-l \
      $(for room in count event grouping intake logtext policy safe stacktrace; do echo "-gcflags=./internal/$room="; done) \
      -ldflags "-s -w -buildid= -X 'github.com/org/errmon-action/internal/cli.stamp=$STAMP'" -o /out/errmon . \
    && mkdir -m 1777 /out/tmp

# Root, because GitHub's file commands (GITHUB_OUTPUT, GITHUB_STEP_SUMMARY) belong to another user of the runner; no
# WORKDIR, because GitHub sets its own.
FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/ /
ENTRYPOINT ["/errmon"]
