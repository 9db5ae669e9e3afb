package dev.larder.cli;

import dev.larder.http.Tls;
import dev.larder.oci.RegistryName;
import dev.larder.store.CacheSize;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What flags of {@code larder serve} say beside where the store is; each wins over the file.
 *
 * @param listen where to listen; empty if they don't say
 * @param names further names of our own
 * @param logFormat how to log
 * @param tls the listeners' certificate
 * @param htpasswd the users
 * @param overlays whether images may be pushed over what is mirrored
 * @param offline whether no upstream is asked
 * @param cacheSize how much of what is mirrored stays
 * @param passChallenges whether clients meet upstreams' challenges with secrets of their own
 */
record ServeFlags(
    List<ListenAddress> listen,
    List<RegistryName> names,
    Optional<LogFormat> logFormat,
    Optional<Tls> tls,
    Optional<Path> htpasswd,
    Optional<Boolean> overlays,
    Optional<Boolean> offline,
    Optional<CacheSize> cacheSize,
    Optional<Boolean> passChallenges) {

  /** They say nothing. */
  static final ServeFlags NONE =
      new ServeFlags(
          List.of(),
          List.of(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
}
