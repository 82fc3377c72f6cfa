# One image for all parts: `sluice receiver`, `sluice dispatcher`, `sluice worker`, `sluice api`. It needs BuildKit, which
# Docker has since 18.09 and uses by default since 23.0. compose/README.md describes the arguments.

# Bases: name them with digests (eclipse-temurin:25-jdk@sha256:...) for a build that is the same tomorrow.
ARG MAVEN=maven:3.9-eclipse-temurin-25
ARG JDK=eclipse-temurin:25-jdk
ARG DEBIAN=debian:bookworm-slim
# `maven` builds the jars; `context` takes those that Maven has built in standalone/target
ARG JARS=maven
# `download` fetches kustomize and helm; or an image that has both in /out
ARG RENDERERS=download

FROM ${MAVEN} AS maven
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.m2 \
    mvn -B -q package -DskipTests \
 && mkdir -p /out/lib \
 && cp standalone/target/library/*.jar standalone/target/sluice-standalone-*.jar /out/lib/

FROM scratch AS context
COPY standalone/target/library/*.jar standalone/target/sluice-standalone-*.jar /out/lib/

FROM ${JARS} AS jars

# without the native libraries of helm-java (28 MB), which render charts only where there is no helm program
FROM ${DEBIAN} AS library
COPY --from=jars /out/lib /out/lib
RUN rm -f /out/lib/linux-*.jar

# The worker renders with the kustomize and helm programs. Git is not needed: JGit is in the jars.
FROM ${DEBIAN} AS download
ARG KUSTOMIZE_VERSION=5.7.1
ARG HELM_VERSION=3.19.0
# set by BuildKit: the architecture of the image
ARG TARGETARCH
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
WORKDIR /out
RUN base=https://github.com/kubernetes-sigs/kustomize/releases/download/kustomize%2Fv${KUSTOMIZE_VERSION} \
 && archive=kustomize_v${KUSTOMIZE_VERSION}_linux_${TARGETARCH:?build with BuildKit}.tar.gz \
 && curl -fsSLO "$base/$archive" \
 && curl -fsSL "$base/checksums.txt" | grep " $archive\$" | sha256sum -c - \
 && tar -xzf "$archive" kustomize \
 && rm "$archive"
RUN archive=helm-v${HELM_VERSION}-linux-${TARGETARCH}.tar.gz \
 && curl -fsSLO "https://get.helm.sh/$archive" \
 && curl -fsSL "https://get.helm.sh/$archive.sha256sum" | sha256sum -c - \
 && tar -xzf "$archive" --strip-components=1 "linux-${TARGETARCH}/helm" \
 && rm "$archive"

FROM ${RENDERERS} AS renderers

# The modules that the jars use, and jcmd for operators. java.desktop would add 14 MB; no part uses it.
FROM ${JDK} AS runtime
RUN "$JAVA_HOME/bin/jlink" --output /out/java --strip-java-debug-attributes --no-header-files --no-man-pages --compress zip-9 \
    --add-modules java.base,java.instrument,java.logging,java.management,java.naming,java.net.http \
    --add-modules java.security.jgss,java.security.sasl,java.sql,java.xml,jdk.attach,jdk.httpserver,jdk.jcmd,jdk.jfr \
    --add-modules jdk.management,jdk.naming.dns,jdk.net,jdk.security.auth,jdk.security.jgss,jdk.unsupported,jdk.zipfs

FROM ${DEBIAN} AS sluice
ARG VERSION=0.1.0-SNAPSHOT
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Sluice" \
      org.opencontainers.image.description="Event-driven GitOps: a webhook becomes a durable event, and clusters follow" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# bubblewrap isolates renderers if the container may create user namespaces; unshare of util-linux is the fallback.
# Both need the shell and mount of the base.
RUN apt-get update \
 && apt-get install -y --no-install-recommends bubblewrap util-linux \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
COPY --from=runtime /out/java /opt/java
COPY --from=renderers /out/kustomize /out/helm /usr/local/bin/
COPY --from=library /out/lib /opt/sluice/lib
COPY --chmod=0755 container/sluice container/sluice-ready /usr/local/bin/
ENV PATH=/opt/java/bin:$PATH
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
