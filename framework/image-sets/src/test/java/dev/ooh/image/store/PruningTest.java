package dev.ooh.image.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.image.DumpStatsEntry;
import dev.ooh.image.SetDescription;
import dev.ooh.image.SmallChain;
import dev.ooh.image.writer.ImageSetWriter;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PruningTest {
  private static final int PID = 4711;

  @TempDir private Path directory;

  private void write(SetPlace place) throws IOException {
    try (ImageSetWriter writer = new ImageSetWriter(place, PID, Optional.empty())) {
      writer.pages(
          PageSet.of(0x10000, 0x12000),
          PageSet.empty(),
          (address, target, offset, length) -> {},
          written -> {});
      WrittenSet _ =
          writer.finish(
              new SetDescription(
                  true, "small", "", "toy", "none", 0, List.of(new Region("r", 0x10000, 0x2000))),
              new DumpStatsEntry(0, 0, 0, 0, 0, 0, 0));
    }
  }

  /** Nobody writes such sets, but whoever can connect to a page server could. */
  @Test
  void setsThatNameEachOtherAsParentsAreRemovedEachOnce() throws Exception {
    try (ImageStore store = ImageStore.open(directory)) {
      for (int i = 0; i < 3; i++) {
        write(store);
      }
    }
    Path first = directory.resolve("set-000001");
    Path second = directory.resolve("set-000002");
    Files.createSymbolicLink(first.resolve("parent"), Path.of("../set-000002"));
    Files.createSymbolicLink(second.resolve("parent"), Path.of("../set-000001"));
    assertThat(Pruning.of(new SetFolder(directory), 1).removable())
        .containsExactlyInAnyOrder(first, second);
  }

  /** As another program may make them. */
  @Test
  void whatAbsoluteLinksNameIsKeptHoweverTheFolderIsSpelled() throws Exception {
    try (ImageStore store = ImageStore.open(directory)) {
      SmallChain chain = new SmallChain(store, 2);
      chain.dump();
      chain.dump(1);
      new SmallChain(store, 2).dump();
    }
    Path second = directory.resolve("set-000002");
    link(second.resolve("parent"), directory.resolve("set-000001"));
    link(directory.resolve("latest"), second);
    Path spelled = Path.of("").toAbsolutePath().relativize(directory);
    assertThat(Pruning.of(new SetFolder(spelled), 1).removable()).isEmpty();
    link(directory.resolve("latest"), directory.resolve("set-000003"));
    assertThat(Pruning.of(new SetFolder(spelled), 1).removable())
        .containsExactly(spelled.resolve("set-000002"), spelled.resolve("set-000001"));
  }

  private static void link(Path link, Path target) throws IOException {
    Files.delete(link);
    Files.createSymbolicLink(link, target);
  }
}
