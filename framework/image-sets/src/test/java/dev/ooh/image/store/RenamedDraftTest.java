package dev.ooh.image.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.image.SmallChain;
import dev.ooh.image.file.DiskFiles;
import dev.ooh.image.reader.ImageSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A set is there as a whole or not at all, also when it is taken back. */
class RenamedDraftTest {
  @TempDir private Path directory;
  @TempDir private Path elsewhere;

  /** A disk that breaks: no link can be made, and nothing removed, from some moment on. */
  private static final class Breaking extends DiskFiles {
    private boolean broken;

    private void check(Path path) throws IOException {
      if (broken) {
        throw new IOException(path + ": Input/output error");
      }
    }

    @Override
    public void link(Path link, Path target) throws IOException {
      if (link.endsWith("latest")) {
        broken = true;
      }
      check(link);
      super.link(link, target);
    }

    @Override
    public void delete(Path path) throws IOException {
      check(path);
      super.delete(path);
    }
  }

  @Test
  void whatCouldNotBeMadeTheLatestIsNotSeenInPart() throws Exception {
    Breaking files = new Breaking();
    try (ImageStore store = ImageStore.open(directory, files)) {
      SmallChain chain = new SmallChain(store, 2);
      assertThatThrownBy(chain::dump).hasMessageContaining("Input/output error");
    }
    assertThat(new SetFolder(directory).sets()).isEmpty();
    assertThat(new SetFolder(directory).hasDrafts()).isTrue();
    try (ImageStore store = ImageStore.open(directory)) {
      assertThat(store.swept()).isNotEmpty();
    }
    assertThat(new SetFolder(directory).hasDrafts()).isFalse();
  }

  /** Its writer is told that it failed, and takes what it builds on for what nobody needs. */
  @Test
  void whatTheLatestBuildsOnIsNotRemoved() throws Exception {
    DiskFiles unsafe =
        new DiskFiles() {
          private boolean replaced;

          @Override
          public void replace(Path from, Path to) throws IOException {
            super.replace(from, to);
            replaced = true;
          }

          @Override
          public void syncDirectory(Path path) throws IOException {
            if (replaced) {
              throw new IOException(path + ": Input/output error");
            }
            super.syncDirectory(path);
          }
        };
    try (ImageStore store = ImageStore.open(directory, unsafe)) {
      SmallChain chain = new SmallChain(store, 2);
      Path first = chain.preDump();
      Path second = chain.preDump(0);
      assertThatThrownBy(() -> chain.dump(1)).hasMessageContaining("Input/output error");
      for (Path needed : List.of(second, first)) {
        assertThatThrownBy(() -> store.remove(needed))
            .hasMessageContaining("found the latest set, set-000003, built on it");
      }
    }
    assertThat(ImageSet.open(directory).chainLength()).isEqualTo(3);
  }

  /** As who moves the link by hand may spell it. */
  @Test
  void itIsNotRemovedWhateverWayTheLatestIsNamed() throws Exception {
    try (ImageStore store = ImageStore.open(directory)) {
      SmallChain chain = new SmallChain(store, 2);
      Path first = chain.preDump();
      Path second = chain.dump(0);
      Path other = Files.createSymbolicLink(elsewhere.resolve("other"), directory);
      Path latest = directory.resolve("latest");
      Files.delete(latest);
      Files.createSymbolicLink(latest, other.resolve(second.getFileName()));
      assertThat(new SetFolder(directory).isLatest(second)).isTrue();
      assertThat(new SetFolder(directory).isLatest(first)).isFalse();
      assertThatThrownBy(() -> store.remove(first))
          .hasMessageContaining("found the latest set, set-000002, built on it");
    }
    assertThat(ImageSet.open(directory).chainLength()).isEqualTo(2);
  }

  /** On a full disk, for instance, from which sets are to go. */
  @Test
  void setsAreRemovedWhereNothingCanBeMade() throws Exception {
    Path second;
    try (ImageStore store = ImageStore.open(directory)) {
      SmallChain chain = new SmallChain(store, 2);
      chain.dump();
      second = chain.dump(0);
    }
    DiskFiles full =
        new DiskFiles() {
          @Override
          public void createDirectory(Path path) throws IOException {
            throw new IOException(path + ": No space left on device");
          }

          @Override
          public Output create(Path file) throws IOException {
            throw new IOException(file + ": No space left on device");
          }
        };
    try (ImageStore store = ImageStore.openToRemove(directory, full)) {
      store.remove(second);
    }
    assertThat(new SetFolder(directory).sets()).containsExactly(directory.resolve("set-000001"));
    assertThat(new SetFolder(directory).hasDrafts()).isFalse();
  }
}
