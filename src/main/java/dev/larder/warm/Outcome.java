package dev.larder.warm;

import dev.larder.oci.Digest;
import dev.larder.oci.ImageReference;
import dev.larder.oci.MediaType;
import java.util.List;
import java.util.Optional;

/** What came of an image. */
public sealed interface Outcome {

  /** Which one. */
  ImageReference image();

  /**
   * It is here, with all that its clients ask for.
   *
   * @param mediaType its manifest's
   * @param digest its manifest's
   * @param parts its manifests, the first one first, and its blobs; each once
   * @param warning why it may be old: a sentence
   */
  record Here(
      ImageReference image,
      MediaType mediaType,
      Digest digest,
      List<Part> parts,
      Optional<String> warning)
      implements Outcome {

    public Here {
      parts = List.copyOf(parts);
    }
  }

  /**
   * It isn't, or not whole.
   *
   * @param message a sentence that says why
   */
  record Missing(ImageReference image, String message) implements Outcome {}
}
