package dev.larder.upstream;

import java.net.URI;

/**
 * Where a registry sends those who ask for a blob: a storage's URL, good for a while. It is signed
 * as a rule, hence as good as a credential, and never shown.
 */
public final class BlobLocation {
  private final URI uri;

  BlobLocation(URI uri) {
    this.uri = uri;
  }

  URI uri() {
    return uri;
  }

  @Override
  public String toString() {
    return uri.getHost();
  }
}
