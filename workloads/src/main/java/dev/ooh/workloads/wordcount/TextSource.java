package dev.ooh.workloads.wordcount;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Real text to count words of: a file, or the licence texts of this JDK, over and over. */
sealed interface TextSource {
  /** The file at {@code input}; without one, the licence texts of the running JDK. */
  static TextSource of(Optional<Path> input) {
    return input.<TextSource>map(FileText::new).orElseGet(Licences::ofThisJdk);
  }

  /** Bytes, when the configuration asks for {@code wanted}. */
  long length(long wanted);

  /**
   * Reads {@code length} bytes from {@code position} on, all within the text.
   *
   * @throws UncheckedIOException naming the file
   */
  void read(long position, byte[] target, int length);

  /** A file, once, whatever the configuration asks for. */
  record FileText(Path file) implements TextSource {
    @Override
    public long length(long wanted) {
      try {
        return Files.size(file);
      } catch (IOException e) {
        throw unreadable(file, e);
      }
    }

    @Override
    public void read(long position, byte[] target, int length) {
      try (FileChannel channel = FileChannel.open(file)) {
        ByteBuffer buffer = ByteBuffer.wrap(target, 0, length);
        while (buffer.hasRemaining()) {
          if (channel.read(buffer, position + buffer.position()) < 0) {
            throw new IOException(
                "it ends at byte %d, wanted %d"
                    .formatted(position + buffer.position(), position + length));
          }
        }
      } catch (IOException e) {
        throw unreadable(file, e);
      }
    }
  }

  /** The {@code legal} folder's texts in order of path, repeated to the wanted length. */
  record Licences(byte[] texts) implements TextSource {
    static Licences ofThisJdk() {
      Path folder = Path.of(System.getProperty("java.home"), "legal");
      try (Stream<Path> files = Files.walk(folder)) {
        List<Path> texts =
            files
                .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                .sorted()
                .toList();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Path text : texts) {
          all.write(Files.readAllBytes(text));
          all.write('\n');
        }
        if (all.size() == 0) {
          throw new IOException("it is empty, wanted licence texts; name another text by --input");
        }
        return new Licences(all.toByteArray());
      } catch (IOException e) {
        throw unreadable(folder, e);
      }
    }

    @Override
    public long length(long wanted) {
      return wanted;
    }

    @Override
    public void read(long position, byte[] target, int length) {
      int done = 0;
      while (done < length) {
        int from = (int) ((position + done) % texts.length);
        int count = Math.min(length - done, texts.length - from);
        System.arraycopy(texts, from, target, done, count);
        done += count;
      }
    }
  }

  private static UncheckedIOException unreadable(Path path, IOException cause) {
    return new UncheckedIOException(
        "text " + path + " can't be read: " + cause.getMessage(), cause);
  }
}
