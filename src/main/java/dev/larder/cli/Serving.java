package dev.larder.cli;

import dev.larder.events.Events;
import dev.larder.mirror.Fetch;
import dev.larder.mirror.Mirrors;
import dev.larder.oci.RegistryName;
import dev.larder.upstream.Contact;
import dev.larder.upstream.UpstreamRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What only a process that serves can tell of itself.
 *
 * @param since when it has started
 * @param addresses where it serves, as URLs; empty until it does
 * @param fetches what it is fetching
 * @param contacts how upstreams were when it last asked them
 * @param keepCounts brings what it has counted into the statistics
 * @param mirrors what it answers of upstreams
 * @param upstreams finds an upstream by its name; empty where that one isn't allowed
 * @param events what has happened, and happens
 */
record Serving(
    Instant since,
    Supplier<List<String>> addresses,
    Supplier<List<Fetch>> fetches,
    Supplier<Map<RegistryName, Contact>> contacts,
    Runnable keepCounts,
    Mirrors mirrors,
    Function<RegistryName, Optional<UpstreamRegistry>> upstreams,
    Events events) {}
