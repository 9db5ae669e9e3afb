package dev.larder.engine;

import com.github.dockerjava.transport.DockerHttpClient;
import java.io.IOException;
import java.util.regex.Pattern;

/**
 * Lets Podman push to a registry on this machine as Docker does: by plain HTTP, where it doesn't
 * speak TLS. Docker needs not be told, and doesn't mind.
 *
 * @param client sends the requests
 */
record LocalPushes(DockerHttpClient client) implements DockerHttpClient {
  private static final Pattern LOCAL =
      Pattern.compile("/images/(localhost|127\\.[0-9.]+)(:|%3A)[^?]*/push(\\?.*)?");

  @Override
  public Response execute(Request request) {
    if (!LOCAL.matcher(request.path()).matches()) {
      return client.execute(request);
    }
    String path = request.path() + (request.path().indexOf('?') < 0 ? "?" : "&");
    return client.execute(Request.builder().from(request).path(path + "tlsVerify=false").build());
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
