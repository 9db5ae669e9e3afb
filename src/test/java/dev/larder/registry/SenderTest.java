package dev.larder.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.registry.access.AccessControl;
import dev.larder.registry.access.AccessSettings;
import dev.larder.registry.access.Authentication;
import dev.larder.registry.access.Htpasswd;
import dev.larder.registry.access.Principal;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SenderTest {
  @TempDir private Path folder;

  @Test
  void credentialsAreLookedAtOnceForARequest() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("htpasswd"), Htpasswd.EMPTY.with("alice", "secret").text());
    AccessControl access =
        new AccessControl(
            new AccessSettings(Optional.of(file), Optional.empty(), true, List.of()),
            InstantSource.system());
    Sender sender =
        new Sender(
            TestRegistry.request(
                "GET",
                "/v2/_catalog",
                InputStream.nullInputStream(),
                "Authorization",
                "Basic " + Base64.getEncoder().encodeToString("alice:secret".getBytes(UTF_8))),
            access);

    Authentication first = sender.authentication();
    Files.delete(file);

    assertThat(first).isEqualTo(new Authentication.Known(new Principal.User("alice")));
    assertThat(sender.authentication()).isSameAs(first);
  }
}
