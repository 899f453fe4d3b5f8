#!/usr/bin/env bash
# assets.sh IMAGE FOLDER [ARCH…]
# Copies the program out of an image for each architecture (amd64 and arm64 unless named), with an SBOM of each and the
# checksums: a release offers the bytes that the action runs. Nothing is executed, so nothing has to be emulated.
set -euo pipefail
image=$1 folder=$2
shift 2
[ $# -gt 0 ] || set -- amd64 arm64
mkdir -p "$folder"
for arch; do
  container=$(docker create --platform "linux/$arch" "$image")
  docker cp --quiet "$container:/errmon" "$folder/errmon-linux-$arch"
  docker rm "$container" >/dev/null
  # Without serial number and time, the same program has the same SBOM.
  go run github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0 bin -json -std -noserial -notimestamp \
    ${VERSION:+-version "$VERSION"} -output "$folder/errmon-linux-$arch.sbom.json" "$folder/errmon-linux-$arch"
done
cd "$folder"
sha256sum errmon-* >checksums.txt
cat checksums.txt
