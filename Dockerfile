# syntax=docker/dockerfile:1

# The compiler: the version of package.json's `check`, so that an image holds what was checked.
FROM --platform=$BUILDPLATFORM oven/bun:1.4.5 AS build
WORKDIR /src
COPY package.json bun.lock ./
RUN --mount=type=cache,target=/root/.bun/install/cache bun install --frozen-lockfile --production
COPY . .
# The commit that `ingestor --version` names; without it only the release is named.
ARG INGESTOR_COMMIT=""
ARG TARGETARCH
# Bun compiles for the other platform too: an image for arm64 needs no emulation.
RUN case "$TARGETARCH" in arm64) target=linux-arm64 ;; *) target=linux-x64 ;; esac \
  && INGESTOR_COMMIT="$INGESTOR_COMMIT" bun .ci/build.ts --target "$target" --outfile /out/ingestor

# Distroless, without OpenSSL: glibc, root certificates, time zones, and the names of protocols and ports; no shell, no
# package manager. The binary needs no more than glibc's libc, libm, libpthread and libdl, in any version from 2.17
# (bun:ffi opens libc.so.6 too); TLS is inside it. :nonroot is user 65532. Debian 13, because the images of
# Debian 12 get no updates since September 2026.
FROM gcr.io/distroless/base-nossl-debian13:nonroot
COPY --from=build /out/ingestor /usr/local/bin/ingestor
COPY --chmod=u=rwX,go=rX datasets/ /app/datasets/
COPY --chmod=u=rwX,go=rX plugins/ /app/plugins/
# A task of 512 MB shows the runtime the memory of its whole machine. 256 MB makes it collect garbage in time: a first
# run of 5 MB of workbook peaks at about 190 MB instead of 215 MB, in the same time. It is not a limit.
ENV INGESTOR_DATASETS=/app/datasets \
    INGESTOR_PLUGINS=/app/plugins \
    BUN_JSC_forceRAMSize=268435456
WORKDIR /app
# All that has to be writable. Where the root file system is read-only, engines put a volume here that the image's user
# may write to, as the image's own /tmp; Fargate does so only for a path that is named here.
VOLUME ["/tmp"]
USER 65532:65532
# Alone it runs DATASET_ID; arguments are those of the program, or the id of a dataset.
ENTRYPOINT ["/usr/local/bin/ingestor"]
