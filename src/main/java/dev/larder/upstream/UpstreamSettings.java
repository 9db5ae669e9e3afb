package dev.larder.upstream;

import dev.larder.oci.RegistryName;
import java.net.URI;
import java.nio.file.Files;
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
   * A user, as the registry knows it, and the password or where it stands. Never shows the
   * password: not even by {@code toString}.
   */
  public sealed interface Login {
    String username();
  }

  /**
   * A user and where the password stands.
   *
   * @param passwordFile read whenever the password is needed; a line end at its end doesn't count
   */
  public record PasswordFileLogin(String username, Path passwordFile) implements Login {}

  /** A user and a password that is kept nowhere but in memory. */
  public record PasswordLogin(String username, String password) implements Login {
    @Override
    public String toString() {
      return "PasswordLogin";
    }
  }

  /** An upstream that no configuration names: public, over https. */
  public static UpstreamSettings unconfigured(RegistryName name) {
    return new UpstreamSettings(name, defaultUrl(name), false, Optional.empty(), Optional.empty());
  }

  /** The registry that is really asked, by which {@code docker login} knows it. */
  RegistryName server() {
    return RegistryName.parse(url.getRawAuthority()).orElse(name);
  }

  /**
   * Checks what can be checked without a network.
   *
   * @throws IllegalArgumentException if something can't be used; the message names the upstream,
   *     what is wrong, and what it must be
   */
  public void validate() {
    if (!isAddress(url) || url.getRawQuery() != null || url.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "the url of upstream %s must be http:// or https:// and a host, with or without port and"
                  .formatted(name)
              + " path");
    }
    if (url.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "the url of upstream %s has a login in it: write username and password-file instead"
              .formatted(name));
    }
    try {
      caFile.ifPresent(Trust::certificates);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("upstream %s: %s".formatted(name, e.getMessage()), e);
    }
    if (login.isPresent()
        && login.get() instanceof PasswordFileLogin(var _, Path file)
        && !Files.isReadable(file)) {
      throw new IllegalArgumentException(
          "upstream %s: password-file %s can't be read".formatted(name, file));
    }
  }

  /** Whether a URL names a host that can be asked over HTTP. */
  static boolean isAddress(URI url) {
    boolean web = "https".equals(url.getScheme()) || "http".equals(url.getScheme());
    return web && url.getHost() != null && url.getPort() <= 0xffff && url.getPort() != 0;
  }

  /** Where a registry is by its name alone. */
  public static URI defaultUrl(RegistryName name) {
    return URI.create(
        name.equals(RegistryName.DOCKER_HUB) ? "https://registry-1.docker.io" : "https://" + name);
  }
}
