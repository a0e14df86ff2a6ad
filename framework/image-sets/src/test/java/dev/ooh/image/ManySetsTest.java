package dev.ooh.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.image.reader.ChainCheck;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.reader.LazySet;
import dev.ooh.image.store.ImageStore;
import dev.ooh.image.store.Pruning;
import dev.ooh.image.store.SetFolder;
import dev.ooh.image.writer.SetMerge;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Twice as many sets take twice as many steps of the file system, and no more. */
class ManySetsTest {
  private static final int SOME = Integer.getInteger("ooh.sets", 30);

  /** Too many for a quarter of a megabyte of stack where each takes two frames of it, as tried. */
  private static final int MANY = 400;

  private interface Work {
    void run(Path directory) throws IOException;
  }

  /** So many pre-dumps behind one dump; the last one is a dump if {@code dumped}. */
  private static int steps(int sets, boolean dumped, Work work) throws IOException {
    try (CountedFiles files = new CountedFiles()) {
      Path directory = files.getPath("/sets");
      try (ImageStore store = ImageStore.open(directory)) {
        SmallChain chain = new SmallChain(store, 4);
        chain.dump();
        for (int i = 1; i < sets; i++) {
          chain.preDump(i % 4);
        }
        if (dumped) {
          chain.dump(1);
        }
      }
      int _ = files.taken();
      work.run(directory);
      return files.taken();
    }
  }

  private static void assertLinear(boolean dumped, Work work) throws IOException {
    int once = steps(SOME, dumped, work);
    int twice = steps(2 * SOME, dumped, work);
    assertThat(once).isGreaterThan(SOME);
    assertThat(twice).isLessThanOrEqualTo(2 * once);
  }

  @Test
  void tidying() throws Exception {
    assertLinear(
        false,
        directory -> {
          try (ImageStore store = ImageStore.open(directory)) {
            assertThat(store.tidy()).hasSizeGreaterThanOrEqualTo(SOME - 1);
          }
        });
  }

  @Test
  void pruning() throws Exception {
    assertLinear(
        true,
        directory -> {
          try (ImageStore store = ImageStore.open(directory)) {
            assertThat(Pruning.of(new SetFolder(directory), 1).removable()).isEmpty();
            Path merged = SetMerge.merge(store, ImageSet.open(directory)).path();
            List<Path> removable = Pruning.of(new SetFolder(directory), 1).removable();
            assertThat(removable).hasSizeGreaterThan(SOME).doesNotContain(merged);
          }
        });
  }

  @Test
  void checking() throws Exception {
    assertLinear(
        true,
        directory -> {
          ImageSet.Opener opener = new ImageSet.Opener();
          ChainCheck check = new ChainCheck();
          check.check(opener.openNewest(directory));
          for (Path set : new SetFolder(directory).sets()) {
            check.check(opener.open(set));
          }
        });
  }

  @Test
  void restoring() throws Exception {
    assertLinear(
        true,
        directory -> {
          ImageSet set = ImageSet.open(directory);
          set.readPages((address, buffer, length) -> {});
          ChainCheck.rest(set);
          LazySet _ = LazySet.open(directory);
        });
  }

  /** Where each set would take some of the stack, a chain could be written and never be read. */
  @Test
  void noStackIsTooSmallForAChain() throws Exception {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Runnable whole =
        () -> {
          try {
            int _ =
                steps(
                    MANY,
                    true,
                    directory -> {
                      ImageSet set = ImageSet.open(directory);
                      assertThat(set.chainLength()).isEqualTo(MANY + 1);
                      set.readPages((address, buffer, length) -> {});
                      new ChainCheck().check(set);
                      LazySet _ = LazySet.open(directory);
                      try (ImageStore store = ImageStore.open(directory)) {
                        Path merged = SetMerge.merge(store, set).path();
                        assertThat(ImageSet.open(merged).pages()).isEqualTo(set.pages());
                        assertThat(Pruning.of(new SetFolder(directory), 1).removable())
                            .hasSize(MANY + 1);
                      }
                    });
          } catch (IOException | RuntimeException | Error e) {
            thrown.set(e);
          }
        };
    Thread thread = new Thread(null, whole, "little stack", 1 << 18);
    thread.start();
    thread.join();
    assertThat(thrown).hasNullValue();
  }
}
