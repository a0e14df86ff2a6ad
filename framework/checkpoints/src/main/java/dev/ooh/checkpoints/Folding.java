package dev.ooh.checkpoints;

import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.store.SetFolder;
import dev.ooh.image.store.SetPlace;
import dev.ooh.image.store.WrittenSet;
import dev.ooh.image.writer.SetMerge;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A long chain being made one set, by a thread of its own, while another one writes sets that build
 * on it. Nobody sees anything of it before it is {@linkplain #settle settled}; a program that dies
 * before leaves the chain as it is.
 */
final class Folding implements AutoCloseable {
  /** How the name of that thread begins. */
  static final String THREAD = "folding of ";

  private final Path directory;
  private final SetPlace place;

  /** Has read what was copied: when it settles, newer sets alone are to be read. */
  private final ImageSet.Opener opener = new ImageSet.Opener();

  private @Nullable SetMerge merge;
  private IOException failure = new IOException("nothing was copied");
  private boolean copied;

  /**
   * @param directory of the chain
   * @param place the same, to write to
   */
  Folding(Path directory, SetPlace place) {
    this.directory = directory;
    this.place = place;
  }

  /** Copies what the chain holds, which takes a while; what goes wrong is told when it settles. */
  void copy() {
    try {
      SetMerge begun = SetMerge.begin(place, newest());
      merge = begun;
      begun.copy();
      copied = true;
    } catch (IOException e) {
      failure = e;
    } catch (RuntimeException | Error e) {
      failure = new IOException("%s can't be folded: %s".formatted(directory, e), e);
    }
  }

  private ImageSet newest() throws IOException {
    return opener.open(new SetFolder(directory).latest().orElseThrow());
  }

  /**
   * The newest set of a chain.
   *
   * @param of the set whose pages it has
   * @param length of the chain
   */
  record Top(ImageSet of, WrittenSet set, int length) {}

  /**
   * Makes what was copied, and a set of what changed since if there is such, the chain. The sets
   * before stay.
   *
   * @return its newest set; empty if the newest set of the directory has nothing in common any more
   *     with what was copied
   */
  Optional<Top> settle() throws IOException {
    SetMerge done = merge;
    if (done == null || !copied) {
      throw failure;
    }
    ImageSet newest = newest();
    if (!done.isBelow(newest)) {
      return Optional.empty();
    }
    WrittenSet set = done.finish(place, newest);
    return Optional.of(new Top(newest, set, done.isOf(newest) ? 1 : 2));
  }

  /** Leaves nothing behind of what was not settled. */
  @Override
  public void close() throws IOException {
    if (merge != null) {
      merge.close();
    }
  }
}
