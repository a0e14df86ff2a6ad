package dev.ooh.checkpoints;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a program may do with the future of a checkpoint: anything. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TakenFutureTest {
  private static final int BYTES = 40 * 4096;

  @TempDir private Path directory;
  private final HeldFiles files = new HeldFiles("checkpoints of ");

  private Checkpoints open() throws Exception {
    return Checkpoints.open(directory, CheckpointOptions.defaults(), files);
  }

  private byte[] onDisk(Path place) throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(place)) {
      return checkpoints.segment("s", BYTES, arena).toArray(JAVA_BYTE);
    }
  }

  private static byte[] all(int value) {
    byte[] bytes = new byte[BYTES];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static CompletableFuture<Checkpoint> take(Checkpoints checkpoints) {
    try {
      return checkpoints.take();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void close(Checkpoints checkpoints) {
    try {
      checkpoints.close();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void awaitWaiting(Thread thread) {
    while (thread.isAlive() && thread.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    assertThat(thread.isAlive()).as("it waits").isTrue();
  }

  /** The set that is being written has copies, which the next one would write over. */
  @Test
  void theNextOneWaitsForOneThatWasCancelled() throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = open()) {
      MemorySegment segment = checkpoints.segment("s", BYTES, arena);
      segment.fill((byte) 1);
      assertThat(checkpoints.take().cancel(true)).isTrue();
      segment.fill((byte) 2);
      Thread next = Thread.ofPlatform().start(() -> take(checkpoints).join());
      awaitWaiting(next);
      files.mayGoOn.countDown();
      next.join();
    }
    assertThat(onDisk(directory)).isEqualTo(all(2));
  }

  @Test
  void closingWaitsForOneThatWasCancelled() throws Exception {
    try (Arena arena = Arena.ofShared()) {
      Checkpoints checkpoints = open();
      checkpoints.segment("s", BYTES, arena).fill((byte) 1);
      assertThat(checkpoints.take().completeExceptionally(new IOException("mine"))).isTrue();
      Thread closing = Thread.ofPlatform().start(() -> close(checkpoints));
      awaitWaiting(closing);
      files.mayGoOn.countDown();
      closing.join();
    }
    assertThat(onDisk(directory)).isEqualTo(all(1));
  }

  @Test
  void whatDependsOnOneMayTakeAnother() throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = open()) {
      MemorySegment segment = checkpoints.segment("s", BYTES, arena);
      segment.fill((byte) 1);
      CompletableFuture<Checkpoint> second =
          checkpoints
              .take()
              .thenCompose(
                  first -> {
                    segment.fill((byte) 2);
                    return take(checkpoints);
                  });
      files.mayGoOn.countDown();
      assertThat(second.join().set()).hasFileName("set-000002");
    }
    assertThat(onDisk(directory)).isEqualTo(all(2));
  }

  @Test
  void whatDependsOnOneThatFailsMayTryAgain() throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = open()) {
      checkpoints.segment("s", BYTES, arena).fill((byte) 1);
      files.full = true;
      CompletableFuture<Checkpoint> taken = checkpoints.take();
      CompletableFuture<Checkpoint> again =
          taken.exceptionallyCompose(
              failure -> {
                files.full = false;
                return take(checkpoints);
              });
      files.mayGoOn.countDown();
      again.join();
      assertThatThrownBy(taken::join)
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(IOException.class)
          .hasMessageContaining("No space left");
    }
    assertThat(onDisk(directory)).isEqualTo(all(1));
  }

  @Test
  void whatDependsOnOneMayClose() throws Exception {
    try (Arena arena = Arena.ofShared()) {
      Checkpoints checkpoints = open();
      checkpoints.segment("s", BYTES, arena).fill((byte) 1);
      CompletableFuture<Void> closed = checkpoints.take().thenAccept(taken -> close(checkpoints));
      files.mayGoOn.countDown();
      closed.join();
    }
    assertThat(onDisk(directory)).isEqualTo(all(1));
  }
}
