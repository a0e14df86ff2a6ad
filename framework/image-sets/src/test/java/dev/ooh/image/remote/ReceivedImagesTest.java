package dev.ooh.image.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.image.OtherDigits;
import dev.ooh.image.file.DiskFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReceivedImagesTest {
  @TempDir private Path directory;
  private final List<String> ends = new ArrayList<>();

  private final DiskFiles broken =
      new DiskFiles() {
        @Override
        public Output create(Path file) throws IOException {
          Output out = super.create(file);
          return new Output() {
            @Override
            public void write(ByteBuffer bytes) throws IOException {
              throw new IOException("the store is full");
            }

            @Override
            public void force() {}

            @Override
            public void close() throws IOException {
              ends.add("closed");
              out.close();
            }

            @Override
            public void abandon() throws IOException {
              ends.add("abandoned");
              out.abandon();
            }
          };
        }
      };

  /** Where closing publishes it, half of a pagemap must not be closed. */
  @Test
  void aFileThatCannotBeWrittenIsAbandoned() throws Exception {
    ReceivedImages images = new ReceivedImages(directory, broken, false);
    try (ReceivedImages.Draft draft = images.draft(Optional.empty())) {
      assertThatThrownBy(() -> draft.write("pagemap-1.img", new byte[10]))
          .hasMessage("the store is full");
    }
    assertThat(ends).containsExactly("abandoned");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void digitsAreThoseOfEveryLocale() throws Exception {
    ReceivedImages images = new ReceivedImages(directory, new DiskFiles(), false);
    try (OtherDigits _ = new OtherDigits();
        ReceivedImages.Draft draft = images.draft(Optional.empty())) {
      assertThat(draft.publish(Map.of()).getFileName()).hasToString("received-000001");
    }
  }
}
