package dev.larder.upstream;

import dev.larder.oci.RegistryName;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How one upstream is reached.
 *
 * @param name what images call it
 * @param url where it is: scheme, host, and where needed port and path; {@code /v2/…} is appended
 * @param configured whether the configuration names it. Only then may it be reached by plain http
 *     or at a private address
 * @param caFile certificates in PEM that are trusted beside the system's
 * @param login a user and password from the configuration; Docker's configuration is asked where
 *     there is none
 */
public record UpstreamSettings(
    RegistryName name, URI url, boolean configured, Optional<Path> caFile, Optional<Login> login) {

  /**
   * A user and where the password stands.
   *
   * @param username as the registry knows it
   * @param passwordFile read whenever the password is needed; a line end at its end doesn't count
   */
  public record Login(String username, Path passwordFile) {}

  /** An upstream that no configuration names: public, over https. */
  public static UpstreamSettings unconfigured(RegistryName name) {
    return new UpstreamSettings(name, defaultUrl(name), false, Optional.empty(), Optional.empty());
  }

  /** Where a registry is by its name alone. */
  public static URI defaultUrl(RegistryName name) {
    return URI.create(
        name.equals(RegistryName.DOCKER_HUB) ? "https://registry-1.docker.io" : "https://" + name);
  }
}
