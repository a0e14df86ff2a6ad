package dev.ooh.benchmarks;

import dev.ooh.barrier.weaving.StoreWeaver;
import java.io.IOException;
import java.io.InputStream;

/** Loads {@link SegmentStores} anew, woven or not: a copy of its own for each call. */
final class LoopsLoader extends ClassLoader {
  private static final String NAME = SegmentStores.class.getName();

  private LoopsLoader() {
    super(LoopsLoader.class.getClassLoader());
  }

  static StoreLoops load(boolean woven) {
    LoopsLoader loader = new LoopsLoader();
    try (InputStream in = loader.getResourceAsStream(NAME.replace('.', '/') + ".class")) {
      byte[] plain = in.readAllBytes();
      byte[] code = woven ? new StoreWeaver().weave(NAME, plain, loader).bytes() : plain;
      return (StoreLoops)
          loader.defineClass(NAME, code, 0, code.length).getConstructor().newInstance();
    } catch (IOException | ReflectiveOperationException e) {
      throw new IllegalStateException(NAME, e);
    }
  }
}
