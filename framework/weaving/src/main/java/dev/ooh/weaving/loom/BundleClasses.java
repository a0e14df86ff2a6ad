package dev.ooh.weaving.loom;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.osgi.framework.Bundle;

/** The class files of a bundle, which are read without loading a class. */
public final class BundleClasses {
  private static final String SUFFIX = ".class";

  private BundleClasses() {}

  /** Whether the bundle holds a class that {@code weave} wants; reads all of them. */
  static boolean holdsWanted(Bundle bundle, Weave weave) throws IOException {
    return holds(bundle, weave::wantsByName, weave::wants);
  }

  /** Whether a class of the bundle bears the marker; reads all of them. */
  public static boolean holds(Bundle bundle, Marker marker) throws IOException {
    return holds(bundle, name -> false, marker::isIn);
  }

  private static boolean holds(
      Bundle bundle, Predicate<String> byName, BiPredicate<String, byte[]> byContent)
      throws IOException {
    Enumeration<URL> classFiles = bundle.findEntries("/", "*" + SUFFIX, true);
    if (classFiles == null) {
      return false;
    }
    for (URL url : Collections.list(classFiles)) {
      String path = url.getPath();
      String name = path.substring(1, path.length() - SUFFIX.length()).replace('/', '.');
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
