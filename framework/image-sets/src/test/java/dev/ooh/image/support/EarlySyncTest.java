package dev.ooh.image.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

class EarlySyncTest {
  private final Deque<Runnable> threads = new ArrayDeque<>();
  private int synced;
  private boolean fails;

  private final EarlySync early =
      new EarlySync(
          () -> {
            if (fails) {
              throw new IOException("the disk is broken");
            }
            synced++;
          },
          threads::add);

  @Test
  void oneIsBegunAtATimeWhenThereIsMuchToDo() throws Exception {
    early.written(EarlySync.BYTES - 1);
    assertThat(threads).isEmpty();
    early.written(1);
    early.written(EarlySync.BYTES);
    assertThat(threads).hasSize(1);
    threads.remove().run();
    early.written(1);
    assertThat(threads).hasSize(1);
    threads.remove().run();
    early.written(1);
    assertThat(threads).isEmpty();
    early.await();
    assertThat(synced).isEqualTo(2);
  }

  /** The kernel tells of it once. */
  @Test
  void aFailureIsToldHoweverLateSomebodyAsks() {
    early.written(EarlySync.BYTES);
    fails = true;
    threads.remove().run();
    fails = false;
    early.written(EarlySync.BYTES);
    threads.forEach(Runnable::run);
    assertThatThrownBy(early::await)
        .isInstanceOf(IOException.class)
        .hasMessage("the disk is broken");
    early.end();
  }

  @Test
  void whatElseTheThreadThrewIsNotWrapped() {
    EarlySync broken =
        new EarlySync(
            () -> {
              throw new IllegalStateException("the disk is gone");
            },
            threads::add);
    broken.written(EarlySync.BYTES);
    threads.remove().run();
    assertThatThrownBy(broken::await).isExactlyInstanceOf(IllegalStateException.class);
  }
}
