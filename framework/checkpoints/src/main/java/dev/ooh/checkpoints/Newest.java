package dev.ooh.checkpoints;

import dev.ooh.image.SetDescription;
import dev.ooh.image.file.FileLayer;
import dev.ooh.image.reader.ChainCheck;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.reader.LazySet;
import dev.ooh.linux.substrate.AnonymousMemory;
import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** The newest checkpoint, as it was when the program started. */
sealed interface Newest {
  SetDescription description();

  /** Under which its images are filed. */
  int pid();

  /** Every page that it has. */
  PageSet pages();

  /** Fills fresh memory with what images have from {@code start} on. */
  Filled fill(MemorySegment memory, long start) throws IOException;

  /** Copies what images have from {@code start} on to memory, verified. */
  void copy(MemorySegment memory, long start) throws IOException;

  /**
   * How memory was filled.
   *
   * @param mapped whether a part of it is a mapping of a file now
   * @param copied pages of it that had to be copied as they could not well be mapped
   */
  record Filled(boolean mapped, long copied) {}

  /** It was checked as a whole, but for pages, which are when memory is filled. */
  record Whole(ImageSet set) implements Newest {
    Whole(Path directory) throws IOException {
      this(ImageSet.open(directory));
      ChainCheck.rest(set);
    }

    @Override
    public SetDescription description() {
      return set.description();
    }

    @Override
    public int pid() {
      return set.pid();
    }

    @Override
    public PageSet pages() {
      return set.pages();
    }

    @Override
    public Filled fill(MemorySegment memory, long start) throws IOException {
      copy(memory, start);
      return new Filled(false, 0);
    }

    @Override
    public void copy(MemorySegment memory, long start) throws IOException {
      set.fill(memory, start);
    }
  }

  /** Memory has it before it was checked. */
  record Lazy(LazySet set) implements Newest {
    Lazy(Path directory, FileLayer files) throws IOException {
      this(LazySet.openLocked(directory, files));
    }

    @Override
    public SetDescription description() {
      return set.description();
    }

    @Override
    public int pid() {
      return set.pid();
    }

    @Override
    public PageSet pages() {
      return set.pages();
    }

    @Override
    public Filled fill(MemorySegment memory, long start) throws IOException {
      try (NotedFilling filling = new NotedFilling(AnonymousMemory.fill(memory))) {
        set.fill(start, memory.byteSize(), memory.address(), filling);
        return new Filled(filling.mapped(), filling.copied());
      }
    }

    @Override
    public void copy(MemorySegment memory, long start) throws IOException {
      ImageSet.open(set.path()).fill(memory, start);
    }
  }
}
