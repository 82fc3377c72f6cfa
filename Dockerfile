# syntax=docker/dockerfile:1
# One image for all parts: `sluice receiver`, `sluice dispatcher`, `sluice worker`.

FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.m2 \
    mvn -B -q package -DskipTests \
 && mkdir -p /out/lib \
 && cp standalone/target/library/*.jar standalone/target/sluice-standalone-*.jar /out/lib/

# The worker renders with the kustomize and helm programs. Git is not needed: JGit is in the jars.
FROM debian:bookworm-slim AS renderers
ARG KUSTOMIZE_VERSION=5.7.1
ARG HELM_VERSION=3.19.0
ARG TARGETARCH=amd64
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /out
RUN base=https://github.com/kubernetes-sigs/kustomize/releases/download/kustomize%2Fv${KUSTOMIZE_VERSION} \
 && archive=kustomize_v${KUSTOMIZE_VERSION}_linux_${TARGETARCH}.tar.gz \
 && curl -fsSLO "$base/$archive" \
 && curl -fsSL "$base/checksums.txt" | grep " $archive\$" | sha256sum -c - \
 && tar -xzf "$archive" kustomize \
 && rm "$archive"
RUN archive=helm-v${HELM_VERSION}-linux-${TARGETARCH}.tar.gz \
 && curl -fsSLO "https://get.helm.sh/$archive" \
 && curl -fsSL "https://get.helm.sh/$archive.sha256sum" | sha256sum -c - \
 && tar -xzf "$archive" --strip-components=1 "linux-${TARGETARCH}/helm" \
 && rm "$archive"

FROM eclipse-temurin:25-jre
# bubblewrap isolates renderers if the container may create user namespaces; unshare of util-linux is the fallback
RUN apt-get update \
 && apt-get install -y --no-install-recommends bubblewrap util-linux \
 && rm -rf /var/lib/apt/lists/*
COPY --from=renderers /out/kustomize /out/helm /usr/local/bin/
COPY --from=build /out/lib /opt/sluice/lib
COPY --chmod=0755 container/sluice container/sluice-ready /usr/local/bin/
# what the JVM learns in this run about classes and methods makes each part start about twice as fast
RUN SLUICE_JAVA_OPTS=-XX:AOTCacheOutput=/opt/sluice/server.aot sluice training-run \
 && test -f /opt/sluice/server.aot \
 && rm -rf /tmp/*
# a new volume is owned by the owner of this directory
RUN install -d -o 65532 -g 65532 /var/lib/sluice
USER 65532:65532
WORKDIR /var/lib/sluice
ENTRYPOINT ["sluice"]
CMD ["--help"]
