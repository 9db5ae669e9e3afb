package dev.larder.store;

import dev.larder.oci.Digest;
import dev.larder.oci.MediaType;

/**
 * A manifest exactly as it came.
 *
 * @param digest the digest of {@code content}
 * @param mediaType the type under which it came
 * @param content its bytes, not to be changed
 */
public record StoredManifest(Digest digest, MediaType mediaType, byte[] content) {}
