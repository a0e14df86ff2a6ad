package dev.ooh.image.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskLockTest {
  @TempDir private Path directory;

  /** As a store does that is closed and was of no use, and as another does that is opened then. */
  @Test
  void aFileThatWasReplacedBeforeItWasLockedIsNotTheLock() throws Exception {
    Path file = directory.resolve(".lock");
    AtomicInteger opened = new AtomicInteger();
    Runnable replaced =
        () -> {
          try {
            if (opened.incrementAndGet() < 3) {
              Files.delete(file);
              Files.writeString(file, "another's");
            } else if (opened.get() < 5) {
              Files.delete(file);
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        };
    try (DiskLock _ = DiskLock.take(file, replaced)) {
      assertThat(opened).hasValue(5);
      assertThat(file).hasContent("process " + ProcessHandle.current().pid());
      assertThatThrownBy(() -> DiskLock.take(file)).hasMessageContaining("this one");
    }
    DiskLock.take(file).close();
  }

  /** Whether it was interrupted before, or is while it writes its name. */
  @Test
  void aThreadThatIsInterruptedHoldsTheLockAndGivesItBack() throws Exception {
    Path file = directory.resolve(".lock");
    AtomicInteger opened = new AtomicInteger();
    Runnable once =
        () -> {
          if (opened.incrementAndGet() == 1) {
            Thread.currentThread().interrupt();
          }
        };
    Thread.currentThread().interrupt();
    try (DiskLock lock = DiskLock.take(file, once)) {
      assertThat(Thread.interrupted()).isTrue();
      assertThat(opened).hasValue(2);
      assertThat(file).hasContent("process " + ProcessHandle.current().pid());
      assertThatThrownBy(() -> DiskLock.take(file)).hasMessageContaining("this one");
      lock.close();
      DiskLock.take(file).close();
    } finally {
      boolean _ = Thread.interrupted();
    }
  }
}
