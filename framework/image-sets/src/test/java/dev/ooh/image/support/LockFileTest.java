package dev.ooh.image.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.image.OtherDigits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LockFileTest {
  @TempDir private Path directory;
  private Path lock;

  @BeforeEach
  void name() {
    lock = directory.resolve(".lock");
  }

  private static String startOfThisProcess() throws Exception {
    String stat = Files.readString(Path.of("/proc/self/stat"));
    return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[22 - 3];
  }

  /** What a process of this machine left that had this one's number before. */
  private String dead() throws Exception {
    try (LockFile _ = LockFile.take(lock)) {
      return Files.readString(lock).replaceFirst("since \\d+", "since 17");
    }
  }

  /** As the clock may be set while it is held. */
  @Test
  void aProcessIsKnownByTicksSinceTheMachineStarted() throws Exception {
    try (LockFile _ = LockFile.take(lock)) {
      assertThat(Files.readString(lock)).contains(" since " + startOfThisProcess() + " ");
    }
  }

  @Test
  void aHolderIsKnownInEveryLocale() throws Exception {
    try (OtherDigits _ = new OtherDigits();
        LockFile _ = LockFile.take(lock)) {
      assertThatThrownBy(() -> LockFile.take(lock)).hasMessageContaining("this one");
    }
    assertThat(lock).doesNotExist();
  }

  @Test
  void itIsGivenBackOnceAndNobodyElsesIs() throws Exception {
    LockFile first = LockFile.take(lock);
    Files.delete(lock); // by a person
    try (LockFile second = LockFile.take(lock)) {
      first.close();
      assertThat(lock).exists();
      second.close();
      assertThat(lock).doesNotExist();
      LockFile third = LockFile.take(lock);
      second.close();
      assertThat(lock).exists();
      third.close();
    }
  }

  @Test
  void aDeadOnesIsTakenOverAndNothingElseIsLeft() throws Exception {
    Files.writeString(lock, dead());
    try (LockFile _ = LockFile.take(lock);
        Stream<Path> left = Files.list(directory)) {
      assertThat(left).containsExactly(lock);
      assertThat(Files.readString(lock)).contains(startOfThisProcess());
    }
  }

  @Test
  void whoTakesOverMayDieMeanwhile() throws Exception {
    String dead = dead();
    Path takeover = directory.resolve(LockFile.TAKEOVER + UUID.nameUUIDFromBytes(dead.getBytes()));
    Files.writeString(lock, dead);
    try (LockFile _ = LockFile.take(takeover)) {
      assertThatThrownBy(() -> LockFile.take(lock))
          .hasMessageContaining(takeover.toString())
          .hasMessageContaining("this one");
      assertThat(lock).hasContent(dead);
    }
    Files.writeString(takeover, dead());
    Files.writeString(lock, dead);
    LockFile.take(lock).close();
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void ofManyWhoTakeOverOneDoes() throws Exception {
    for (int round = 0; round < 50; round++) {
      Files.writeString(lock, dead());
      AtomicInteger holders = new AtomicInteger();
      CountDownLatch start = new CountDownLatch(1);
      Thread[] takers = new Thread[4];
      for (int i = 0; i < takers.length; i++) {
        takers[i] = Thread.ofPlatform().start(() -> take(start, holders));
      }
      start.countDown();
      for (Thread taker : takers) {
        taker.join();
      }
      assertThat(holders).hasValueLessThan(2);
      Files.deleteIfExists(lock);
    }
  }

  private void take(CountDownLatch start, AtomicInteger holders) {
    try {
      start.await();
      LockFile taken = LockFile.take(lock);
      holders.incrementAndGet();
      assertThat(taken).isNotNull(); // and kept
    } catch (Exception e) {
      // refused
    }
  }
}
