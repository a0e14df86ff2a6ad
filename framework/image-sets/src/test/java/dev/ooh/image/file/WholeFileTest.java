package dev.ooh.image.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Files that are written by one call. */
class WholeFileTest {
  private final List<String> calls = new ArrayList<>();
  private String failing = "nothing";

  private final FileLayer.Output out =
      new FileLayer.Output() {
        private void call(String what) throws IOException {
          calls.add(what);
          if (failing.contains(what)) {
            throw new IOException(what);
          }
        }

        @Override
        public void write(ByteBuffer bytes) throws IOException {
          call("write");
          bytes.position(bytes.limit());
        }

        @Override
        public void force() throws IOException {
          call("force");
        }

        @Override
        public void close() throws IOException {
          call("close");
        }

        @Override
        public void abandon() throws IOException {
          call("abandon");
        }
      };

  @Test
  void isDurableWhenItIsClosed() throws Exception {
    out.writeWhole(new byte[3]);
    assertThat(calls).containsExactly("write", "force", "close");
  }

  @Test
  void isAbandonedIfItCannotBeMadeDurable() {
    failing = "force, abandon";
    assertThatThrownBy(() -> out.writeWhole(new byte[3]))
        .hasMessage("force")
        .satisfies(
            e ->
                assertThat(e.getSuppressed())
                    .singleElement()
                    .hasToString("java.io.IOException: abandon"));
    assertThat(calls).containsExactly("write", "force", "abandon");
  }

  /** Where closing is what makes it, whether it is there is not known. */
  @Test
  void isNotAbandonedAsWellIfItCannotBeClosed() {
    failing = "close";
    assertThatThrownBy(() -> out.writeWhole(new byte[3])).hasMessage("close");
    assertThat(calls).containsExactly("write", "force", "close");
  }
}
