package dev.ooh.image.message;

import dev.ooh.image.ImageException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** The first eight bytes of the files that CRIU doesn't know: a magic and a version. */
final class OwnFormat {
  private OwnFormat() {}

  /** Reads both and complains unless they are the wanted ones. */
  static void check(Path file, ByteBuffer in, int magic, int version) throws ImageException {
    int foundMagic = in.getInt();
    if (foundMagic != magic) {
      throw new ImageException(
          file, 0, "magic %08x".formatted(foundMagic), "%08x".formatted(magic));
    }
    int foundVersion = in.getInt();
    if (foundVersion != version) {
      throw new ImageException(
          file, 4, "version " + Integer.toUnsignedString(foundVersion), "" + version);
    }
  }
}
