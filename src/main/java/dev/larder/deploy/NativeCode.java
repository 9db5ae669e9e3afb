package dev.larder.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The native code in libraries' jars, for all systems that there are: only this system's goes
 * along, as files, so that nothing has to be unpacked at each start into a folder that may be
 * read-only or not allow it to be run.
 */
final class NativeCode {
  /** Netty's, for one system a jar. */
  private static final String NETTY = "META-INF/native/";

  /** SQLite's, for all systems in one jar. */
  private static final String SQLITE = "org/sqlite/native/";

  private NativeCode() {}

  /**
   * Copies a library.
   *
   * @param library its jar
   * @param target the jar's copy without native code
   * @param folder where its native code goes
   */
  static void separate(Path library, Path target, Path folder) throws IOException {
    try (JarFile jar = new JarFile(library.toFile())) {
      if (jar.stream().noneMatch(NativeCode::isNative)) {
        Files.copy(library, target);
        return;
      }
      try (OutputStream file = Files.newOutputStream(target);
          ZipOutputStream out = new ZipOutputStream(file)) {
        for (Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements(); ) {
          JarEntry entry = entries.nextElement();
          try (InputStream content = jar.getInputStream(entry)) {
            if (!isNative(entry)) {
              copy(entry, content, out);
            } else if (isOfThisSystem(entry.getName())) {
              Files.copy(content, folder.resolve(Path.of(entry.getName()).getFileName()));
            }
          }
        }
      }
    }
  }

  private static void copy(JarEntry entry, InputStream content, ZipOutputStream out)
      throws IOException {
    ZipEntry copy = new ZipEntry(entry.getName());
    copy.setLastModifiedTime(entry.getLastModifiedTime());
    out.putNextEntry(copy);
    content.transferTo(out);
    out.closeEntry();
  }

  private static boolean isNative(JarEntry entry) {
    String name = entry.getName();
    return !entry.isDirectory() && (name.startsWith(SQLITE) || name.startsWith(NETTY));
  }

  private static boolean isOfThisSystem(String name) {
    String architecture = System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x86_64";
    return name.startsWith(SQLITE + "Linux/" + architecture + "/")
        || (name.startsWith(NETTY) && name.endsWith(".so"));
  }
}
