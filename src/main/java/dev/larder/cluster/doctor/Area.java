package dev.larder.cluster.doctor;

/** What a check looks at. */
public enum Area {
  ENGINE("engine"),
  LARDER("Larder's container"),
  PORT("published port"),
  LOW_ADDRESSES("low addresses"),
  DISK("disk"),
  NODE("node"),
  NETWORK("network"),
  TAKEN_ADDRESS("taken address"),
  CONTAINERD("containerd's configuration"),
  NAMES("DNS"),
  PROXY("NO_PROXY"),
  CONFIG_MAP("ConfigMap"),
  COVERAGE("coverage");

  private final String words;

  Area(String words) {
    this.words = words;
  }

  /** In a few words. */
  @Override
  public String toString() {
    return words;
  }
}
