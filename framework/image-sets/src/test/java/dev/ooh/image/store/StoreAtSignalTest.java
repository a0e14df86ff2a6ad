package dev.ooh.image.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.image.file.FileLayer;
import dev.ooh.testing.jvm.ChildJvm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A writer that is told to end (SIGTERM) leaves a directory where there is something in it. */
@Timeout(300)
class StoreAtSignalTest {
  @TempDir private Path folder;

  /** What a writer has come to when it is told to. */
  enum Moment {
    OPENED,
    DRAFTED,
    PUBLISHED
  }

  /** Comes to a moment, says so, and waits. */
  public static final class Writer {
    public static void main(String[] arguments) throws Exception {
      try (ImageStore store = ImageStore.open(Path.of(arguments[0]))) {
        Moment moment = Moment.valueOf(arguments[1]);
        if (moment == Moment.PUBLISHED) {
          try (SetDraft draft = store.draft()) {
            draft.publish(true);
          }
        } else if (moment == Moment.DRAFTED) {
          SetDraft draft = store.draft();
          try (FileLayer.Output out = draft.create("pages")) {
            out.write(ByteBuffer.wrap(new byte[] {1}));
          }
        }
        System.out.println(moment);
        Thread.sleep(Long.MAX_VALUE);
      }
    }
  }

  private void endWriter(Path directory, Moment moment) throws IOException, InterruptedException {
    Process writer =
        ChildJvm.of(Writer.class, directory.toString(), moment.name())
            .builder()
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(writer.inputReader().readLine()).isEqualTo(moment.name());
    } finally {
      writer.destroy();
      writer.waitFor();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Moment.class,
      names = {"OPENED", "DRAFTED"})
  void beforeItsFirstSetItLeavesNothing(Moment moment) throws Exception {
    endWriter(folder.resolve("new/D"), moment);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void whatWasThereStays() throws Exception {
    Path directory = Files.createDirectory(folder.resolve("D"));
    endWriter(directory, Moment.OPENED);
    assertThat(directory).isDirectory();
    endWriter(folder.resolve("E"), Moment.PUBLISHED);
    assertThat(folder.resolve("E/set-000001")).isDirectory();
    assertThat(folder.resolve("E/latest")).isSymbolicLink();
  }
}
