package dev.ooh.criu.toy;

import dev.ooh.image.file.FileAbilities;
import dev.ooh.image.file.FileLayer;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A store behind a connection that breaks when a manifest is written. */
public final class LostAnswers implements FileLayer {
  /** What breaks. */
  public enum Fault {
    NOTHING,
    /** The manifest is written, and nobody says so. */
    ANSWER,
    /** The manifest isn't written. */
    REQUEST,
    /** The manifest is written, and nothing can be created or deleted after that. */
    CONNECTION,
    /** Half of the manifest is taken. */
    HALFWAY
  }

  /** Files with something in them that were closed as if they were whole. */
  public final List<String> closed = new ArrayList<>();

  private final FileLayer plain;
  private Fault fault = Fault.NOTHING;
  private boolean down;

  public LostAnswers(FileLayer plain) {
    this.plain = plain;
  }

  /** From now on. */
  public void set(Fault next) {
    fault = next;
    down = false;
    closed.clear();
  }

  private void reach() throws IOException {
    if (down) {
      throw lost();
    }
  }

  private static IOException lost() {
    return new IOException("connection lost");
  }

  @Override
  public FileAbilities abilities(Path directory) throws IOException {
    return plain.abilities(directory);
  }

  @Override
  public void createDirectory(Path directory) throws IOException {
    plain.createDirectory(directory);
  }

  @Override
  public Output create(Path file) throws IOException {
    reach();
    Output out = plain.create(file);
    boolean manifest = file.endsWith("ooh.img");
    return new Output() {
      private boolean written;

      @Override
      public void write(ByteBuffer bytes) throws IOException {
        written = true;
        if (manifest && fault == Fault.HALFWAY) {
          out.write(bytes.slice(bytes.position(), bytes.remaining() / 2));
          throw lost();
        }
        out.write(bytes);
      }

      @Override
      public void force() throws IOException {
        out.force();
      }

      @Override
      public void close() throws IOException {
        if (written) {
          closed.add(file.getFileName().toString());
        }
        if (!manifest || fault != Fault.REQUEST) {
          out.close();
        }
        if (manifest && fault != Fault.NOTHING && fault != Fault.HALFWAY) {
          down = fault == Fault.CONNECTION;
          throw lost();
        }
      }

      @Override
      public void abandon() throws IOException {
        out.abandon();
      }
    };
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    plain.syncDirectory(directory);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    plain.rename(from, to);
  }

  @Override
  public void replace(Path from, Path to) throws IOException {
    plain.replace(from, to);
  }

  @Override
  public void link(Path link, Path target) throws IOException {
    plain.link(link, target);
  }

  @Override
  public void delete(Path path) throws IOException {
    reach();
    plain.delete(path);
  }

  @Override
  public Closeable lock(Path file) throws IOException {
    return plain.lock(file);
  }
}
