package dev.larder.cli;

import dev.larder.http.Headers;
import dev.larder.oci.RegistryName;
import dev.larder.registry.Changes;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;

/**
 * All that serving needs to know.
 *
 * @param listen where to listen; at least one
 * @param data the folder of the store
 * @param names names of our own beside those that follow from {@code listen}
 * @param upstreams the upstreams that the configuration names
 * @param otherUpstreams whether others may be mirrored
 * @param logFormat how to log
 * @param logLevel what to log of what goes wrong
 * @param accessLog whether to log each request
 * @param changes which changes clients may make
 * @param hostedFirst whether what was pushed comes before what is mirrored however it is named
 * @param headers header fields that each answer gets
 * @param debug where to tell that we are well
 * @param warnings what was asked for and isn't done, a sentence each
 */
record Configuration(
    List<ListenAddress> listen,
    Path data,
    List<RegistryName> names,
    Map<RegistryName, ConfigurationFile.UpstreamEntry> upstreams,
    boolean otherUpstreams,
    LogFormat logFormat,
    Level logLevel,
    boolean accessLog,
    Changes changes,
    boolean hostedFirst,
    Headers headers,
    Optional<ListenAddress> debug,
    List<String> warnings) {

  /** One that leaves the rest as it usually is. */
  Configuration(
      List<ListenAddress> listen,
      Path data,
      List<RegistryName> names,
      Map<RegistryName, ConfigurationFile.UpstreamEntry> upstreams,
      boolean otherUpstreams,
      LogFormat logFormat) {
    this(
        listen,
        data,
        names,
        upstreams,
        otherUpstreams,
        logFormat,
        Level.INFO,
        true,
        Changes.ALL,
        false,
        Headers.none(),
        Optional.empty(),
        List.of());
  }

  /** The same but for what is given here; an empty list gives nothing. */
  Configuration with(
      List<ListenAddress> otherListen, Optional<Path> otherData, Optional<LogFormat> otherFormat) {
    return new Configuration(
        otherListen.isEmpty() ? listen : otherListen,
        otherData.orElse(data),
        names,
        upstreams,
        otherUpstreams,
        otherFormat.orElse(logFormat),
        logLevel,
        accessLog,
        changes,
        hostedFirst,
        headers,
        debug,
        warnings);
  }

  /** The same with warnings. */
  Configuration with(List<String> otherWarnings) {
    return new Configuration(
        listen,
        data,
        names,
        upstreams,
        otherUpstreams,
        logFormat,
        logLevel,
        accessLog,
        changes,
        hostedFirst,
        headers,
        debug,
        otherWarnings);
  }
}
