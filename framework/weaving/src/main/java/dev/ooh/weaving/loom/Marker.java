package dev.ooh.weaving.loom;

import java.lang.annotation.Annotation;
import java.nio.charset.StandardCharsets;

/** An annotation by which a class or a method asks to be woven. For any thread. */
public final class Marker {
  private final String name;

  /** The annotation's descriptor, as it stands in the constant pool of a class that bears it. */
  private final byte[] descriptor;

  private Marker(Class<? extends Annotation> annotation) {
    name = annotation.getName();
    descriptor = annotation.descriptorString().getBytes(StandardCharsets.US_ASCII);
  }

  public static Marker of(Class<? extends Annotation> annotation) {
    return new Marker(annotation);
  }

  /**
   * Whether the class may bear the annotation: cheap, never wrongly false, and hardly ever wrongly
   * true.
   *
   * @param className with dots
   */
  public boolean isIn(String className, byte[] classFile) {
    return !className.equals(name) && isIn(classFile);
  }

  private boolean isIn(byte[] classFile) {
    search:
    for (int i = 0; i <= classFile.length - descriptor.length; i++) {
      for (int j = 0; j < descriptor.length; j++) {
        if (classFile[i + j] != descriptor[j]) {
          continue search;
        }
      }
      return true;
    }
    return false;
  }
}
