package dev.ooh.weaving.loom;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;

/** The class files of a bundle, which are read without loading a class. */
public final class BundleClasses {
  private static final String SUFFIX = ".class";

  private BundleClasses() {}

  /**
   * Whether the bundle holds a class that {@code weave} wants and has not woven for {@code loader};
   * reads all of them.
   */
  static boolean holdsUnwoven(Bundle bundle, ClassLoader loader, Weave weave) throws IOException {
    return holds(
        bundle,
        name -> weave.wantsByName(name) && !weave.hasWoven(loader, name),
        (name, bytes) -> weave.wants(name, bytes) && !weave.hasWoven(loader, name));
  }

  /** Whether a class of the bundle bears the marker; reads all of them. */
  public static boolean holds(Bundle bundle, Marker marker) throws IOException {
    return holds(bundle, name -> false, marker::isIn);
  }

  /** With dots; reads none. */
  static Stream<String> names(Bundle bundle) {
    Enumeration<URL> classFiles = bundle.findEntries("/", "*" + SUFFIX, true);
    return classFiles == null
        ? Stream.empty()
        : Collections.list(classFiles).stream().map(BundleClasses::name);
  }

  private static String name(URL classFile) {
    String path = classFile.getPath();
    return path.substring(1, path.length() - SUFFIX.length()).replace('/', '.');
  }

  private static boolean holds(
      Bundle bundle, Predicate<String> byName, BiPredicate<String, byte[]> byContent)
      throws IOException {
    Enumeration<URL> classFiles = bundle.findEntries("/", "*" + SUFFIX, true);
    if (classFiles == null) {
      return false;
    }
    for (URL url : Collections.list(classFiles)) {
      String name = name(url);
      if (byName.test(name)) {
        return true;
      }
      try (InputStream in = url.openStream()) {
        if (byContent.test(name, in.readAllBytes())) {
          return true;
        }
      }
    }
    return false;
  }
}
