package dev.larder.cli;

import dev.larder.oci.RegistryName;
import dev.larder.store.Housekeeping.Schedule;
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
 * @param housekeeping when what is collected and verified
 * @param log what to log, and how
 * @param standIn what only a configuration of {@code registry:2} asks for
 */
record Configuration(
    List<ListenAddress> listen,
    Path data,
    List<RegistryName> names,
    Map<RegistryName, ConfigurationFile.UpstreamEntry> upstreams,
    boolean otherUpstreams,
    Schedule housekeeping,
    LogSettings log,
    StandIn standIn) {

  /** The same but for what is given here; an empty list gives nothing. */
  Configuration with(
      List<ListenAddress> otherListen, Optional<Path> otherData, Optional<LogFormat> otherFormat) {
    return new Configuration(
        otherListen.isEmpty() ? listen : otherListen,
        otherData.orElse(data),
        names,
        upstreams,
        otherUpstreams,
        housekeeping,
        otherFormat.map(log::with).orElse(log),
        standIn);
  }

  /** The same with warnings of what was asked for and isn't done. */
  Configuration with(List<String> warnings) {
    return new Configuration(
        listen, data, names, upstreams, otherUpstreams, housekeeping, log, StandIn.of(warnings));
  }
}
