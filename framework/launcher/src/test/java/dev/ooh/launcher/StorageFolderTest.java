package dev.ooh.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StorageFolderTest {
  private static final FileTime LONG_AGO = FileTime.from(Instant.now().minus(Duration.ofHours(1)));

  @TempDir private Path parent;

  @Test
  void isDeletedOnClose() throws Exception {
    try (StorageFolder storage = StorageFolder.create(parent)) {
      Files.createDirectories(storage.path().resolve("bundle1/data"));
      Files.writeString(storage.path().resolve("bundle1/data/file"), "x");
    }
    assertThat(parent).isEmptyDirectory();
  }

  @Test
  void whatAKilledProcessLeftIsSwept() throws Exception {
    Path left = Files.createDirectories(parent.resolve("ooh-bundles-left/framework")).getParent();
    Files.writeString(left.resolve("lock"), "");
    Files.setLastModifiedTime(left, LONG_AGO);
    try (StorageFolder storage = StorageFolder.create(parent)) {
      assertThat(left).doesNotExist();
      assertThat(storage.path().getParent()).exists();
    }
  }

  @Test
  void whatIsInUseOrNewOrSomethingElseIsNotSwept() throws Exception {
    Path other = Files.createDirectory(parent.resolve("something-else"));
    Path fresh = Files.createDirectory(parent.resolve("ooh-bundles-fresh"));
    Files.setLastModifiedTime(other, LONG_AGO);
    try (StorageFolder inUse = StorageFolder.create(parent)) {
      Files.setLastModifiedTime(inUse.path().getParent(), LONG_AGO);
      try (StorageFolder storage = StorageFolder.create(parent)) {
        assertThat(inUse.path().getParent()).exists();
        assertThat(storage.path()).isNotEqualTo(inUse.path());
      }
    }
    assertThat(other).exists();
    assertThat(fresh).exists();
  }
}
