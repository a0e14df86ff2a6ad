package dev.ooh.weaving.loom;

import java.lang.annotation.Annotation;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** An annotation by which a class or a method asks to be woven. For any thread. */
public final class Marker {
  private final String name;

  /** The annotation's descriptor, as it stands in the constant pool of a class that bears it. */
  private final byte[] descriptor;

  private final int[] shifts;

  private Marker(Class<? extends Annotation> annotation) {
    name = annotation.getName();
    descriptor = annotation.descriptorString().getBytes(StandardCharsets.US_ASCII);
    shifts = shifts(descriptor);
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

  /** Horspool's search: every class of every bundle passes here before anything is compiled. */
  private boolean isIn(byte[] classFile) {
    int last = descriptor.length - 1;
    for (int end = last; end < classFile.length; end += shifts[classFile[end] & 0xFF]) {
      if (Arrays.equals(
          descriptor,
          0,
          descriptor.length,
          classFile,
          end - last,
          end - last + descriptor.length)) {
        return true;
      }
    }
    return false;
  }

  /** How far the search may go on where the descriptor's last byte meets that byte. */
  private static int[] shifts(byte[] descriptor) {
    int[] shifts = new int[256];
    Arrays.fill(shifts, descriptor.length);
    for (int i = 0; i < descriptor.length - 1; i++) {
      shifts[descriptor[i] & 0xFF] = descriptor.length - 1 - i;
    }
    return shifts;
  }
}
