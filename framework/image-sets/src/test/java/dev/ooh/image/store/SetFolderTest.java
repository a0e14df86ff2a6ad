package dev.ooh.image.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.ooh.image.OtherDigits;
import dev.ooh.image.SmallChain;
import dev.ooh.image.file.DiskFiles;
import dev.ooh.image.file.FileAbilities;
import dev.ooh.image.reader.ImageSet;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What sets are called, and in which order they are. */
class SetFolderTest {
  @TempDir private Path directory;

  private static void dumpThreeFrom(Path directory, String first) throws IOException {
    try (ImageStore store = ImageStore.open(directory)) {
      SmallChain chain = new SmallChain(store, 2);
      Files.move(chain.dump(), directory.resolve(first));
    }
    try (ImageStore store = ImageStore.open(directory)) {
      SmallChain chain = new SmallChain(store, 2);
      for (int i = 0; i < 3; i++) {
        chain.dump(0);
      }
    }
  }

  @Test
  void numbersGoOnBeyondNineDigits() throws Exception {
    dumpThreeFrom(directory, "set-999999999");
    SetFolder folder = new SetFolder(directory);
    assertThat(folder.sets())
        .containsExactly(
            directory.resolve("set-999999999"),
            directory.resolve("set-1000000000"),
            directory.resolve("set-1000000001"),
            directory.resolve("set-1000000002"));
    assertThat(folder.latest()).contains(directory.resolve("set-1000000002"));
    assertThat(ImageSet.open(directory).chainLength()).isEqualTo(3);
  }

  @Test
  void andWhereNothingCanBeRenamed() throws Exception {
    try (FileSystem memory =
        Jimfs.newFileSystem(
            Configuration.unix().toBuilder().setAttributeViews("basic", "posix").build())) {
      Path objects = memory.getPath("/objects");
      try (ImageStore store = ImageStore.open(objects, new Unrenamed())) {
        SmallChain chain = new SmallChain(store, 2);
        Files.move(chain.dump(), objects.resolve("set-999999999"));
      }
      try (ImageStore store = ImageStore.open(objects, new Unrenamed())) {
        SmallChain chain = new SmallChain(store, 2);
        assertThat(chain.dump()).hasToString("/objects/set-1000000000");
        assertThat(chain.dump(1)).hasToString("/objects/set-1000000001");
      }
      assertThat(new SetFolder(objects).latest()).contains(objects.resolve("set-1000000001"));
      assertThat(ImageSet.open(objects).chainLength()).isEqualTo(2);
    }
  }

  /** There, two writers are kept apart by one name for each number. */
  @Test
  void compressedSetsAreRefusedWhereNothingCanBeRenamed() throws Exception {
    try (ImageStore store = ImageStore.open(directory, new Unrenamed())) {
      assertThatThrownBy(store::compressed)
          .isInstanceOf(IOException.class)
          .hasMessage(
              "image directory %s: found one where nothing can be renamed, wanted another for sets"
                  + " with compressed pages",
              directory);
    }
  }

  @Test
  void theHighestNumberOfAllIsRefusedBeforeAnythingIsWritten() throws Exception {
    Path last = directory.resolve("set-" + "9".repeat(18));
    try (ImageStore store = ImageStore.open(directory)) {
      Files.move(new SmallChain(store, 2).dump(), last);
    }
    try (ImageStore store = ImageStore.open(directory)) {
      SmallChain chain = new SmallChain(store, 2);
      assertThatThrownBy(chain::dump)
          .isInstanceOf(IOException.class)
          .hasMessage(
              "%s: found it, wanted a lower number, as none comes after it".formatted(last));
    }
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left.map(Path::getFileName).map(Path::toString))
          .containsExactlyInAnyOrder(last.getFileName().toString(), "latest", ".lock");
    }
  }

  /** As its user counts, whose locale is no matter of others who read it. */
  @Test
  void digitsAreThoseOfEveryLocale() throws Exception {
    try (OtherDigits _ = new OtherDigits();
        ImageStore store = ImageStore.open(directory)) {
      assertThat(new SmallChain(store, 2).dump()).isEqualTo(directory.resolve("set-000001"));
    }
  }

  @Test
  void ordersByNumber() throws Exception {
    for (String name : new String[] {"set-1000000", "set-000007", "set-999999", "set-7"}) {
      Files.createDirectory(directory.resolve(name));
    }
    assertThat(new SetFolder(directory).sets().stream().map(set -> set.getFileName().toString()))
        .containsExactly("set-000007", "set-7", "set-999999", "set-1000000");
  }

  /** As an object store: everything else works. */
  private static final class Unrenamed extends DiskFiles {
    @Override
    public FileAbilities abilities(Path directory) {
      return new FileAbilities(false, true, false, true);
    }

    @Override
    public void syncDirectory(Path directory) {}

    @Override
    public Closeable lock(Path file) {
      return () -> {};
    }
  }
}
