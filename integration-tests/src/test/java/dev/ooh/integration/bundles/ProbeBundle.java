package dev.ooh.integration.bundles;

import aQute.bnd.osgi.Builder;
import aQute.bnd.osgi.Jar;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Test classes as a bundle of their own: bnd packs one package of this module and works out what it
 * imports. The test and its probe speak through JDK types only, since each has its own classes.
 */
public final class ProbeBundle {
  /** The jars that probes are compiled against. */
  private static final Pattern API = Pattern.compile("tracking-api-|weaving-");

  private final String symbolicName;
  private final byte[] jar;

  private ProbeBundle(String symbolicName, byte[] jar) {
    this.symbolicName = symbolicName;
    this.jar = jar;
  }

  /**
   * Packs a package.
   *
   * @param headers further manifest headers, or other ones
   */
  public static ProbeBundle of(String packageName, Map<String, String> headers) throws Exception {
    return of(packageName, List.of(), headers);
  }

  /** As {@link #of(String, Map)}, compiled against further jars. */
  public static ProbeBundle of(String packageName, List<Path> jars, Map<String, String> headers)
      throws Exception {
    List<File> classPath = new ArrayList<>();
    jars.forEach(jar -> classPath.add(jar.toFile()));
    classPath.add(testClasses().toFile());
    for (Path jar : BundleFolder.jars()) {
      if (API.matcher(jar.getFileName().toString()).lookingAt()) {
        classPath.add(jar.toFile());
      }
    }
    try (Builder builder = new Builder()) {
      builder.setClasspath(classPath.toArray(File[]::new));
      builder.setBundleSymbolicName(packageName);
      builder.setPrivatePackage(packageName);
      builder.setProperty("-noextraheaders", "true");
      headers.forEach(builder::setProperty);
      try (Jar jar = builder.build()) {
        if (!builder.getErrors().isEmpty()) {
          throw new AssertionError("bnd: " + builder.getErrors());
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        jar.write(bytes);
        return new ProbeBundle(packageName, bytes.toByteArray());
      }
    }
  }

  private static Path testClasses() throws URISyntaxException {
    return Path.of(ProbeBundle.class.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  public String symbolicName() {
    return symbolicName;
  }

  public InputStream toStream() {
    return new ByteArrayInputStream(jar);
  }

  public byte[] toBytes() {
    return jar.clone();
  }
}
