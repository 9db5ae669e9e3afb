package dev.larder.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The query of a list of an upstream, which is the upstream's own but for the parameters that are
 * meant for us.
 */
final class UpstreamQuery {
  private static final Set<String> OURS = Set.of("ns", "artifactType");

  private UpstreamQuery() {}

  /** What the upstream is asked: the request's query without what is meant for us. */
  static String of(Call call) {
    List<String> theirs = new ArrayList<>();
    for (String pair : call.request().rawQuery().split("&", -1)) {
      int equals = pair.indexOf('=');
      if (!pair.isEmpty() && !OURS.contains(equals < 0 ? pair : pair.substring(0, equals))) {
        theirs.add(pair);
      }
    }
    return String.join("&", theirs);
  }
}
