package dev.ooh.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EndOfInputTest {
  @Test
  void whatComesIsNoEnd() throws Exception {
    AtomicInteger ends = new AtomicInteger();
    PipedOutputStream parent = new PipedOutputStream();
    PipedInputStream input = new PipedInputStream(parent, 1);
    Thread watch = EndOfInput.watch(input, ends::incrementAndGet);
    parent.write(new byte[3]); // the pipe holds one: two have been taken when this returns
    assertThat(ends).hasValue(0);
    assertThat(watch.isDaemon()).isTrue();
    parent.close();
    watch.join();
    assertThat(ends).hasValue(1);
  }
}
