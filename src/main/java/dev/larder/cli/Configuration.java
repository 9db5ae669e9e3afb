package dev.larder.cli;

import dev.larder.http.Tls;
import dev.larder.oci.RegistryName;
import dev.larder.registry.access.AccessSettings;
import dev.larder.store.CacheSize;
import dev.larder.store.Housekeeping.Schedule;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All that serving needs to know.
 *
 * @param listen where to listen; at least one
 * @param data the folder of the store
 * @param names names of our own beside those that follow from {@code listen}
 * @param upstreams the upstreams that the configuration names
 * @param otherUpstreams whether others may be mirrored
 * @param overlays whether images may be pushed over what is mirrored
 * @param offline whether no upstream is asked
 * @param passChallenges whether clients meet upstreams' challenges with secrets of their own
 * @param tls the certificate of all listeners; without, they speak plain HTTP
 * @param access who may do what
 * @param housekeeping when what is collected and verified
 * @param cacheSize how much of what is mirrored stays
 * @param log what to log, and how
 * @param telemetry to whom else to tell what happens
 * @param standIn what only a configuration of {@code registry:2} asks for
 */
record Configuration(
    List<ListenAddress> listen,
    Path data,
    List<RegistryName> names,
    Map<RegistryName, ConfigurationFile.UpstreamEntry> upstreams,
    boolean otherUpstreams,
    boolean overlays,
    boolean offline,
    boolean passChallenges,
    Optional<Tls> tls,
    AccessSettings access,
    Schedule housekeeping,
    CacheSize cacheSize,
    LogSettings log,
    Telemetry telemetry,
    StandIn standIn) {

  /** The same but for what flags say. */
  Configuration with(ServeFlags flags, Optional<Path> folder) {
    return new Configuration(
        flags.listen().isEmpty() ? listen : flags.listen(),
        folder.orElse(data),
        Stream.concat(names.stream(), flags.names().stream()).toList(),
        upstreams,
        otherUpstreams,
        flags.overlays().orElse(overlays),
        flags.offline().orElse(offline),
        flags.passChallenges().orElse(passChallenges),
        flags.tls().or(() -> tls),
        flags.htpasswd().map(access::with).orElse(access),
        housekeeping,
        flags.cacheSize().orElse(cacheSize),
        flags.logFormat().map(log::with).orElse(log),
        telemetry,
        standIn);
  }

  /** The same with warnings of what was asked for and isn't done. */
  Configuration with(List<String> warnings) {
    return new Configuration(
        listen,
        data,
        names,
        upstreams,
        otherUpstreams,
        overlays,
        offline,
        passChallenges,
        tls,
        access,
        housekeeping,
        cacheSize,
        log,
        telemetry,
        StandIn.of(warnings));
  }
}
