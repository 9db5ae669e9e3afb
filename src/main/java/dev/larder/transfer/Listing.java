package dev.larder.transfer;

import dev.larder.oci.Digest;
import dev.larder.oci.Tag;
import java.util.List;
import java.util.Map;

/**
 * What a source says that a repository has.
 *
 * @param manifests its manifests; what these list needn't be among them
 * @param tags what its tags point to
 * @param problems what couldn't be understood, each as a sentence's end: {@code its tag x is …}
 */
public record Listing(List<Digest> manifests, Map<Tag, Digest> tags, List<String> problems) {}
