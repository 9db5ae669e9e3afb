package dev.larder.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EngineSocketTest {
  @Test
  void anEngineOfThisMachineHasItWhereItIsReached() {
    assertThat(EngineSocket.of("unix:///run/user/1000/docker.sock", "Debian", "Linux"))
        .isEqualTo("/run/user/1000/docker.sock");
  }

  @Test
  void anEngineElsewhereHasItAtTheUsualPlace() {
    String usual = "/var/run/docker.sock";

    assertThat(EngineSocket.of("unix:///home/me/.docker/desktop/d.sock", "Docker Desktop", "Linux"))
        .isEqualTo(usual);
    assertThat(EngineSocket.of("unix:///Users/me/.colima/docker.sock", "Ubuntu", "Mac OS X"))
        .isEqualTo(usual);
    assertThat(EngineSocket.of("tcp://build:2376", "Debian", "Linux")).isEqualTo(usual);
  }
}
