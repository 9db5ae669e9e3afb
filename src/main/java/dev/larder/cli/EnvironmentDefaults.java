package dev.larder.cli;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Lets {@code --some-flag} be given as {@code LARDER_SOME_FLAG}. */
record EnvironmentDefaults(Map<String, String> environment) implements IDefaultValueProvider {

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option) || option.usageHelp() || option.versionHelp()) {
      return null;
    }
    return environment.get(variable(option.longestName()));
  }

  private static String variable(String option) {
    return "LARDER_" + option.substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
  }
}
