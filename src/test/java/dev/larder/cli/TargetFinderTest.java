package dev.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.larder.control.ControlServer;
import dev.larder.control.Progress;
import dev.larder.engine.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TargetFinderTest {
  private static final TargetFinder.Engines UNTOUCHED =
      () -> {
        throw new AssertionError("the container engine was asked");
      };
  private static final TargetFinder.Engines NONE =
      () -> {
        throw new EngineException("no engine at unix:///nowhere.sock");
      };

  @TempDir Path folder;

  private TargetFinder finder(Path data, boolean named, TargetFinder.Engines engines)
      throws CommandException {
    return new TargetFinder(
        new StoreOptions().configuration(Map.of()).with(ServeFlags.NONE, Optional.of(data)),
        named,
        Optional.empty(),
        engines);
  }

  private ControlServer serve() throws IOException {
    return ControlServer.start(
        DataFolder.controlSocket(folder),
        Map.of("echo", (arguments, _) -> arguments),
        InstantSource.system());
  }

  @Test
  void whereALarderServesTheFolderItIsAskedAndNoEngine() throws Exception {
    try (var _ = serve();
        Target found = finder(folder, false, UNTOUCHED).find(Optional.empty())) {
      assertThat(found).isInstanceOf(Target.Server.class);
      assertThat(
              found
                  .run("echo", JsonMapper.builder().build().createArrayNode(), Progress.UNSEEN)
                  .isArray())
          .isTrue();
    }
  }

  @Test
  void aFolderThatWasNamedIsUsedWithoutAskingAnyEngine() throws Exception {
    try (Target found = finder(folder, true, UNTOUCHED).find(Optional.empty())) {
      assertThat(found).isInstanceOf(Target.Here.class);
    }
  }

  @Test
  void theUsualFolderIsUsedWhereThereIsNoEngine() throws Exception {
    try (Target found = finder(folder, false, NONE).find(Optional.empty())) {
      assertThat(found).isInstanceOf(Target.Here.class);
    }
  }

  @Test
  void whereThereIsNothingItIsSaidWhatWasLookedForAndWhatToDo() throws Exception {
    Path nowhere = folder.resolve("nowhere");
    TargetFinder finder = finder(nowhere, false, NONE);

    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> finder.find(Optional.empty()))
        .withMessageContaining(nowhere.toString())
        .withMessageContaining("no engine at unix:///nowhere.sock")
        .withMessageContaining("larder up")
        .withMessageContaining("--data")
        .satisfies(e -> assertThat(e.exitCode()).isEqualTo(1));
    assertThat(Files.exists(nowhere)).isFalse();
  }

  @Test
  void aFolderThatWasNamedAndIsntThereIsNotBegun() throws Exception {
    Path nowhere = folder.resolve("nowhere");
    TargetFinder finder = finder(nowhere, true, UNTOUCHED);

    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> finder.find(Optional.empty()))
        .withMessageContaining("there is no store in " + nowhere);
  }

  @Test
  void anOperationThatReadsFilesMayBeginAStore() throws Exception {
    Path store = folder.resolve("new");
    try (Target found = finder(store, true, UNTOUCHED).find(Optional.of(folder))) {
      assertThat(found).isInstanceOf(Target.Here.class);
    }
    assertThat(store.resolve("catalog.db")).exists();
  }

  @Test
  void aContainerAndAFolderAtOnceAreAMistake() throws Exception {
    TargetFinder finder =
        new TargetFinder(
            new StoreOptions().configuration(Map.of()), true, Optional.of("larder"), UNTOUCHED);

    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> finder.find(Optional.empty()))
        .withMessageContaining("--container")
        .satisfies(e -> assertThat(e.exitCode()).isEqualTo(2));
  }
}
