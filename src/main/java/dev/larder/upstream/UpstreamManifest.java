package dev.larder.upstream;

import dev.larder.oci.Digest;
import dev.larder.oci.MediaType;

/**
 * A manifest as the upstream sent it.
 *
 * @param digest the digest of {@code content}, computed here
 * @param mediaType the type under which it came
 * @param content its bytes, not to be changed
 */
public record UpstreamManifest(Digest digest, MediaType mediaType, byte[] content) {}
