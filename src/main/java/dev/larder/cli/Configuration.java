package dev.larder.cli;

import dev.larder.http.Tls;
import dev.larder.oci.RegistryName;
import dev.larder.registry.access.AccessSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that serving needs to know.
 *
 * @param listen where to listen; at least one
 * @param data the folder of the store
 * @param names names of our own beside those that follow from {@code listen}
 * @param upstreams the upstreams that the configuration names
 * @param otherUpstreams whether others may be mirrored
 * @param tls the certificate of all listeners; without, they speak plain HTTP
 * @param access who may do what
 * @param logFormat how to log
 */
record Configuration(
    List<ListenAddress> listen,
    Path data,
    List<RegistryName> names,
    Map<RegistryName, ConfigurationFile.UpstreamEntry> upstreams,
    boolean otherUpstreams,
    Optional<Tls> tls,
    AccessSettings access,
    LogFormat logFormat) {}
