package dev.ooh.workloads.phoenix;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Real text that every JDK has: its {@code legal} folder's files in order of path, repeated to the
 * wanted length.
 */
record Licences(byte[] texts) implements Input {
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
      throw Input.unreadable(folder, e);
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
