package dev.larder.cli;

import dev.larder.oci.RegistryName;
import dev.larder.store.Housekeeping.Schedule;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * All that serving needs to know.
 *
 * @param listen where to listen; at least one
 * @param data the folder of the store
 * @param names names of our own beside those that follow from {@code listen}
 * @param upstreams the upstreams that the configuration names
 * @param otherUpstreams whether others may be mirrored
 * @param housekeeping when what is collected and verified
 * @param logFormat how to log
 */
record Configuration(
    List<ListenAddress> listen,
    Path data,
    List<RegistryName> names,
    Map<RegistryName, ConfigurationFile.UpstreamEntry> upstreams,
    boolean otherUpstreams,
    Schedule housekeeping,
    LogFormat logFormat) {}
