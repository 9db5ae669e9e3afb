# Larder's image: Larder with a Java of its own that has no more than it needs, on a small system.
#
#   docker build -t larder .    builds Larder in a container, which needs the network
#   larder image                leaves the first stage out: what that makes comes from the Larder that
#                               runs and its JDK, so that nothing but the base image is needed
#
# Nothing in here needs BuildKit.

# Maven and a JDK 25.
ARG BUILD=maven:3-eclipse-temurin-25
# A system with glibc, bash and coreutils.
ARG BASE=debian:trixie-slim

FROM ${BUILD} AS build
WORKDIR /src
COPY . .
RUN mvn -B -ntp -q -Dmaven.test.skip -Dexec.skip package \
 && java -jar target/larder.jar image --context /context

FROM ${BASE}
ARG BASE
ARG VERSION=unreleased
COPY --from=build /context/larder/ /opt/larder/
# The training makes larder.aot, with which Larder starts in half the time: JEP 483, 514 and 515. It
# is valid for this Java, these jars, their times and the launcher's flags alone.
RUN echo 'larder:x:65532:65532::/home/larder:/usr/sbin/nologin' >>/etc/passwd \
 && echo 'larder:x:65532:' >>/etc/group \
 && install -d -o 65532 -g 65532 /home/larder /var/lib/larder /var/lib/registry \
 && install -D -m 644 /opt/larder/registry.yml /etc/docker/registry/config.yml \
 && install -D -m 644 /opt/larder/registry.yml /etc/distribution/config.yml \
 && ln -s /opt/larder/larder /usr/local/bin/larder \
 && /opt/larder/train

LABEL org.opencontainers.image.title="Larder" \
      org.opencontainers.image.description="A container-image registry that caches every upstream and takes pushes, for Kubernetes in Docker." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.base.name="${BASE}" \
      dev.tilt.ctlptl.role="registry" \
      app="k3d" \
      k3d.role="registry"

# The data folder is $XDG_DATA_HOME/larder unless something else is said.
ENV LANG=C.UTF-8 XDG_DATA_HOME=/var/lib
USER 65532:65532
VOLUME /var/lib/larder
EXPOSE 5000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["/opt/larder/health"]
ENTRYPOINT ["larder"]
CMD ["serve"]
