package dev.ooh.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class StopAtSignalTest {
  private boolean ending;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final HushableStream err = new HushableStream(bytes, () -> ending);
  private final List<String> closed = new ArrayList<>();

  private String said() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void closesTheLastOpenedFirst() throws Exception {
    try (StopAtSignal stop = new StopAtSignal(err)) {
      stop.open(() -> () -> closed.add("folder"));
      stop.open(() -> () -> closed.add("framework"));
      stop.signal();
    }
    assertThat(closed).containsExactly("framework", "folder");
  }

  @Test
  void waitsForWhatIsBeingOpened() throws Exception {
    CountDownLatch opening = new CountDownLatch(1);
    CountDownLatch signalled = new CountDownLatch(1);
    try (StopAtSignal stop = new StopAtSignal(err)) {
      Thread signal =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      opening.await();
                    } catch (InterruptedException e) {
                      throw new AssertionError(e);
                    }
                    signalled.countDown();
                    stop.signal();
                  });
      stop.open(
          () -> {
            opening.countDown();
            signalled.await();
            return () -> closed.add("what was half open");
          });
      signal.join();
    }
    assertThat(closed).containsExactly("what was half open");
  }

  @Test
  void opensNothingAfterASignal() throws Exception {
    try (StopAtSignal stop = new StopAtSignal(err)) {
      stop.signal();
      assertThatThrownBy(() -> stop.open(() -> () -> closed.add("late")))
          .isInstanceOf(IllegalStateException.class);
    }
    assertThat(closed).isEmpty();
  }

  /** The JVM ends when its hooks have, whatever the main thread has left to close. */
  @Test
  void closesWhatIsOpenAlsoWhenTheCommandIsDone() throws Exception {
    try (StopAtSignal stop = new StopAtSignal(err);
        AutoCloseable folder = stop.open(() -> () -> closed.add("folder"))) {
      assertThat(folder).isNotNull(); // a command, which is over
      stop.signal();
      assertThat(closed).containsExactly("folder");
    }
  }

  /** Another hook takes files away before the one that hushes has its turn. */
  @Test
  void nothingIsSaidOnceTheProcessEnds() {
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    stream.print("\r\033[Kmicro: 10 %");
    ending = true;
    stream.println("ooh checkpoint: D is gone");
    assertThat(said()).isEqualTo("\r\033[Kmicro: 10 %\r\033[K");
    assertThat(StopAtSignal.isEnding()).isFalse();
  }

  @Test
  void clearsTheLineOfProgressAndLetsNothingFollow() throws Exception {
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    stream.print("\r\033[Kmicro: 10 %");
    try (StopAtSignal stop = new StopAtSignal(err)) {
      stop.signal();
    }
    stream.println("ooh micro: NoClassDefFoundError: gone");
    assertThat(said()).isEqualTo("\r\033[Kmicro: 10 %\r\033[K");
  }

  @Test
  void clearsNothingWhereNoProgressStands() throws Exception {
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    stream.print("\r\033[Kmicro: 10 %\r\033[Ka line\n");
    err.hush();
    assertThat(said()).endsWith("a line\n");
  }
}
