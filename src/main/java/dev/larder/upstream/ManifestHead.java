package dev.larder.upstream;

import dev.larder.oci.Digest;
import java.util.Optional;

/**
 * What an upstream says of a manifest without sending it.
 *
 * @param digest which manifest the reference points to now; empty where the upstream doesn't say
 */
public record ManifestHead(Optional<Digest> digest) {}
