package dev.larder.upstream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * A program that keeps credentials for Docker.
 *
 * @param name what follows {@code docker-credential-} in the program's name
 * @param folders where the program is looked for
 * @param patience how long it may take
 * @see <a href="https://github.com/docker/docker-credential-helpers">Docker's credential
 *     helpers</a>
 */
record CredentialHelper(String name, List<Path> folders, Duration patience) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
  private static final int MAX_ANSWER = 64 << 10;
  private static final JsonMapper JSON = new JsonMapper();

  /**
   * Asks it for the credential of a server; empty where it has none.
   *
   * @throws IOException if it can't be run, takes too long, fails or answers nonsense; the message
   *     holds nothing that it said
   */
  Optional<Credentials> get(String server) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(program().toString(), "get").redirectError(Redirect.DISCARD).start();
    try {
      send(process, server);
      if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException("%s did not answer in %s s".formatted(this, patience.toSeconds()));
      }
      byte[] answer = process.getInputStream().readNBytes(MAX_ANSWER);
      if (process.exitValue() == 0) {
        return Optional.of(parse(answer));
      }
      String said = new String(answer, StandardCharsets.UTF_8);
      if (said.contains("credentials not found")) {
        return Optional.empty();
      }
      throw new IOException("%s failed with status %d".formatted(this, process.exitValue()));
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private Path program() throws IOException {
    if (!NAME.matcher(name).matches()) {
      throw new IOException("%s is not the name of a credential helper".formatted(this));
    }
    return folders.stream()
        .map(folder -> folder.resolve(toString()))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() -> new IOException("%s is not installed".formatted(this)));
  }

  private void send(Process process, String server) {
    try (OutputStream out = process.getOutputStream()) {
      out.write((server + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // it has ended without reading: its status says the rest
    }
  }

  private Credentials parse(byte[] answer) throws IOException {
    JsonNode json;
    try {
      json = JSON.readTree(answer);
    } catch (IOException e) {
      throw new IOException(this + " did not answer with JSON"); // its cause may quote a secret
    }
    String username = json.path("Username").asText();
    String secret = json.path("Secret").asText();
    if (secret.isEmpty()) {
      throw new IOException(this + " answered without a secret");
    }
    return username.equals("<token>")
        ? new Credentials.IdentityToken(secret)
        : new Credentials.Password(username, secret);
  }

  @Override
  public String toString() {
    return "docker-credential-" + name;
  }
}
