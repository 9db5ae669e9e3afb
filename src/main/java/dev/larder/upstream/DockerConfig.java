package dev.larder.upstream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.larder.oci.RegistryName;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The credentials that {@code docker login} has left: in its {@code config.json}, or in the helpers
 * that this names. Read anew at each question. What is broken there costs a warning, once, and the
 * credential: whatever is public can be pulled without. Safe for use by many threads.
 *
 * @see <a href="https://docs.docker.com/reference/cli/docker/login/">docker login</a>
 */
public final class DockerConfig {
  private static final Logger LOG = LoggerFactory.getLogger(DockerConfig.class);
  private static final Duration HELPER_PATIENCE = Duration.ofSeconds(10);
  private static final String DOCKER_HUB_KEY = "https://index.docker.io/v1/";
  private static final JsonMapper JSON = new JsonMapper();

  private final Path file;
  private final List<Path> programFolders;
  private final Duration helperPatience;
  private final Set<String> warned = ConcurrentHashMap.newKeySet();

  DockerConfig(Path file, List<Path> programFolders, Duration helperPatience) {
    this.file = file;
    this.programFolders = List.copyOf(programFolders);
    this.helperPatience = helperPatience;
  }

  /**
   * The configuration that {@code docker} itself would use.
   *
   * @param environment {@code DOCKER_CONFIG}, a folder, and {@code PATH}, for the helpers
   * @param home the user's home
   */
  public static DockerConfig fromEnvironment(Map<String, String> environment, Path home) {
    String configured = environment.getOrDefault("DOCKER_CONFIG", "");
    Path folder = configured.isEmpty() ? home.resolve(".docker") : Path.of(configured);
    List<Path> path =
        Arrays.stream(environment.getOrDefault("PATH", "").split(File.pathSeparator, -1))
            .filter(entry -> !entry.isEmpty())
            .map(Path::of)
            .toList();
    return new DockerConfig(folder.resolve("config.json"), path, HELPER_PATIENCE);
  }

  /** The credential for a registry; empty where there is none. */
  Optional<Credentials> credentials(RegistryName registry) throws InterruptedException {
    JsonNode config = read();
    String server = registry.equals(RegistryName.DOCKER_HUB) ? DOCKER_HUB_KEY : registry.value();
    Optional<String> helper =
        text(config.path("credHelpers").path(registry.value()))
            .or(() -> text(config.path("credHelpers").path(server)))
            .or(() -> text(config.path("credsStore")));
    if (helper.isPresent()) {
      Optional<Credentials> kept = ask(helper.get(), server);
      if (kept.isPresent()) {
        return kept;
      }
    }
    return entry(config.path("auths"), registry, server).flatMap(entry -> parse(registry, entry));
  }

  private JsonNode read() {
    try {
      return JSON.readTree(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      return MissingNode.getInstance();
    } catch (JsonProcessingException e) {
      warnOnce("%s isn't JSON: its logins are not used".formatted(file)); // it may quote a secret
      return MissingNode.getInstance();
    } catch (IOException e) {
      warnOnce("%s can't be read, its logins are not used: %s".formatted(file, e));
      return MissingNode.getInstance();
    }
  }

  private Optional<Credentials> ask(String helper, String server) throws InterruptedException {
    try {
      return new CredentialHelper(helper, programFolders, helperPatience).get(server);
    } catch (IOException e) {
      warnOnce(
          "the credential helper of %s can't be used, pulls go without credentials: %s"
              .formatted(file, e.getMessage()));
      return Optional.empty();
    }
  }

  /** Docker has written its keys as URLs, with and without paths, over the years. */
  private static Optional<JsonNode> entry(JsonNode auths, RegistryName registry, String server) {
    return Stream.of(server, registry.value())
        .map(auths::path)
        .filter(JsonNode::isObject)
        .findFirst()
        .or(
            () ->
                auths.properties().stream()
                    .filter(entry -> registryOf(entry.getKey()).equals(Optional.of(registry)))
                    .map(Map.Entry::getValue)
                    .findFirst());
  }

  private static Optional<RegistryName> registryOf(String key) {
    String host = key.replaceFirst("^https?://", "").replaceFirst("/.*$", "");
    return RegistryName.parse(host);
  }

  private Optional<Credentials> parse(RegistryName registry, JsonNode entry) {
    Optional<String> identityToken = text(entry.path("identitytoken"));
    if (identityToken.isPresent()) {
      return identityToken.map(Credentials.IdentityToken::new);
    }
    Optional<String> username = text(entry.path("username"));
    Optional<String> password = text(entry.path("password"));
    if (username.isPresent() && password.isPresent()) {
      return Optional.of(new Credentials.Password(username.get(), password.get()));
    }
    Optional<String> encoded = text(entry.path("auth"));
    if (encoded.isEmpty()) {
      return Optional.empty();
    }
    try {
      String pair = new String(Base64.getDecoder().decode(encoded.get()), StandardCharsets.UTF_8);
      int colon = pair.indexOf(':');
      if (colon > 0) {
        return Optional.of(
            new Credentials.Password(
                pair.substring(0, colon), pair.substring(colon + 1).replaceAll("\\x00+$", "")));
      }
    } catch (IllegalArgumentException e) {
      // told below, without what was decoded
    }
    warnOnce("the login for %s in %s is broken and not used".formatted(registry, file));
    return Optional.empty();
  }

  private void warnOnce(String message) {
    if (warned.add(message)) {
      LOG.warn(message);
    }
  }

  private static Optional<String> text(JsonNode node) {
    return Optional.ofNullable(node.textValue()).filter(text -> !text.isEmpty());
  }
}
