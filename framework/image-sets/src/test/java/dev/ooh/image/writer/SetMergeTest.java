package dev.ooh.image.writer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.image.SmallChain;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.store.ImageStore;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SetMergeTest {
  @TempDir private Path directory;

  @Test
  void aMergedSetBuildsOnNone() throws Exception {
    try (ImageStore store = ImageStore.open(directory)) {
      SmallChain chain = new SmallChain(store, 3);
      chain.dump();
      chain.dump(1);
      Path merged = SetMerge.merge(store, ImageSet.open(directory)).path();
      assertThat(ImageSet.open(merged).description().parent()).isNull();
    }
  }
}
