package dev.larder.metrics;

import io.micrometer.core.instrument.Tags;

/**
 * What is counted, for each upstream and for what is hosted. The names are kept in the store: one
 * that has been released isn't changed any more.
 */
public enum Count {
  /** Manifests that were answered from the store; the upstream wasn't asked. */
  MANIFEST_HIT("manifest", "hit"),
  /** Manifests from the store after the upstream said that nothing has changed. */
  MANIFEST_REVALIDATED("manifest", "revalidated"),
  /** Manifests from the store because the upstream couldn't be asked. */
  MANIFEST_STALE("manifest", "stale"),
  /** Manifests that came from the upstream. */
  MANIFEST_MISS("manifest", "miss"),
  /** Manifests that were pushed here. */
  MANIFEST_HOSTED("manifest", "hosted"),
  /** Manifests that neither the upstream nor the store has. */
  MANIFEST_ABSENT("manifest", "absent"),
  /** Manifests that should have been there, and couldn't be had. */
  MANIFEST_ERROR("manifest", "error"),
  /** Blobs, or parts of blobs, from the store. */
  BLOB_HIT("blob", "hit"),
  /** Blobs from the store after the upstream said that this repository has them, too. */
  BLOB_REVALIDATED("blob", "revalidated"),
  /** Blobs, or parts of blobs, that were sent while they came from the upstream. */
  BLOB_MISS("blob", "miss"),
  /** Blobs that were pushed here. */
  BLOB_HOSTED("blob", "hosted"),
  /** Blobs that neither the upstream nor the store has. */
  BLOB_ABSENT("blob", "absent"),
  /** Blobs that should have been there, and couldn't be had. */
  BLOB_ERROR("blob", "error"),
  /** Manifests that were pushed. */
  PUSH("larder.pushes"),
  /** Bytes of manifests and blobs that clients were sent. */
  SERVED_BYTES("larder.served.bytes"),
  /** Bytes of manifests, blobs and lists that upstreams have sent. */
  FETCHED_BYTES("larder.upstream.bytes"),
  /** Bytes of manifests and blobs that clients have sent. */
  RECEIVED_BYTES("larder.received.bytes"),
  /** Mirrored images, and blobs that no image referred to, that were evicted. */
  EVICTION("larder.evictions"),
  /** Bytes that were freed by that. */
  EVICTED_BYTES("larder.evicted.bytes");

  private final String meter;
  private final String object;
  private final String outcome;

  Count(String meter) {
    this(meter, "", "");
  }

  Count(String object, String outcome) {
    this("larder.requests", object, outcome);
  }

  Count(String meter, String object, String outcome) {
    this.meter = meter;
    this.object = object;
    this.outcome = outcome;
  }

  /** The name of the meter that counts it. */
  String meter() {
    return meter;
  }

  /** The tags of that meter beside the upstream. */
  Tags tags() {
    return object.isEmpty() ? Tags.empty() : Tags.of("object", object, "outcome", outcome);
  }
}
