package dev.larder.deploy;

import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;

/** The path of an engine's socket on the engine's own host, where containers get it from. */
public final class EngineSocket {
  private static final String USUAL = "/var/run/docker.sock";
  private static final String UNIX = "unix://";

  private EngineSocket() {}

  /** Where the engine has it. */
  public static String of(Engine engine) throws EngineException {
    return of(engine.address(), engine.info().operatingSystem(), System.getProperty("os.name"));
  }

  /** An engine in a virtual machine is reached by another socket than the one that it has there. */
  static String of(String address, String engineSystem, String system) {
    boolean sameHost = system.equals("Linux") && !engineSystem.contains("Docker Desktop");
    return sameHost && address.startsWith(UNIX) ? address.substring(UNIX.length()) : USUAL;
  }
}
