package dev.ooh.checkpoints;

import dev.ooh.image.writer.NextSet;
import dev.ooh.linux.substrate.AnonymousMemory;
import dev.ooh.linux.substrate.FirstWrites;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.tracking.TrackingException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the newest checkpoint has of each segment, until the program asks for it or forgets it; new
 * ones have a place here as well. For one thread at a time.
 */
final class SavedSegments {
  private final CheckpointOptions options;
  private final Chain chain;
  private final Segments segments;
  private final NextSet next;

  /** Whether memory has what was restored before anybody watches it. */
  private final boolean lazily;

  /** What the newest checkpoint has and the program has not asked for yet, by name. */
  private final Map<String, Region> waiting = new HashMap<>();

  /** Pages of segments that were restored lazily, by images' addresses, and nobody watches yet. */
  private final Unwatched unwatched = new Unwatched();

  SavedSegments(CheckpointOptions options, Chain chain, Segments segments, NextSet next) {
    this.options = options;
    this.chain = chain;
    this.segments = segments;
    this.next = next;
    Newest newest = chain.newest().orElse(null);
    lazily = newest instanceof Newest.Lazy;
    if (newest != null) {
      newest.description().regions().forEach(region -> waiting.put(region.name(), region));
    }
  }

  /** As {@link Checkpoints#segment}. */
  MemorySegment map(String name, long bytes, Arena arena) throws IOException, TrackingException {
    if (bytes < 1) {
      throw new IllegalArgumentException(
          "segment %s: asked for %d bytes, wanted 1 or more".formatted(name, bytes));
    }
    long rounded = Segments.rounded(bytes);
    Region saved = saved(name, rounded);
    MemorySegment memory =
        AnonymousMemory.map(rounded, saved == null ? 0 : saved.start(), options.hugePages(), arena);
    Segments.checkShared(name, memory);
    if (saved == null) {
      Region image = segments.place(name, memory, allRegions());
      segments.add(image, memory, false);
      // Not asked about before the first checkpoint: to arm what nobody has touched yet makes the
      // first touches dearer, and of 4 KiB.
      next.changed(image.pages());
    } else {
      restore(saved, memory);
    }
    return memory.asSlice(0, bytes);
  }

  private void restore(Region saved, MemorySegment memory) throws IOException, TrackingException {
    Newest newest = chain.newest().orElseThrow();
    Newest.Filled filled = newest.fill(memory, saved.start());
    chain.copied(filled.copied());
    segments.add(saved, memory, filled.mapped());
    PageSet pages = saved.pages();
    if (lazily) {
      unwatched.add(pages);
    } else {
      segments.changed(all -> next.changed(all.minus(pages))); // nobody but us wrote to it
    }
    next.zero(pages.minus(newest.pages()));
    waiting.remove(saved.name());
  }

  /** As {@link Checkpoints#add}. */
  boolean fill(String name, MemorySegment memory) throws IOException, TrackingException {
    segments.check(name, memory);
    Region saved = saved(name, memory.byteSize());
    if (saved == null) {
      Region image = segments.place(name, memory, allRegions());
      segments.add(image, memory, memory.isMapped());
      next.changed(image.pages());
      return false;
    }
    Newest newest = chain.newest().orElseThrow();
    PageSet pages = saved.pages();
    PageSet restored = newest.pages().intersect(pages);
    newest.copy(memory, saved.start());
    Segments.clear(memory, saved.start(), pages.minus(restored));
    segments.add(saved, memory, memory.isMapped());
    if (lazily) {
      next.changed(pages); // nobody watches yet
    } else {
      segments.changed(all -> next.changed(all.minus(pages))); // nobody but us wrote to it
      next.zero(pages.minus(restored));
    }
    waiting.remove(name);
    return true;
  }

  /** What images have of that name; null if nothing. */
  private @Nullable Region saved(String name, long bytes) throws IOException {
    if (segments.contains(name)) {
      throw new IllegalArgumentException(
          "segment %s was asked for before, wanted a new name".formatted(name));
    }
    Region saved = waiting.get(name);
    if (saved != null && saved.bytes() != bytes) {
      throw new IOException(
          "segment %s: found %d bytes in %s, wanted %d"
              .formatted(name, saved.bytes(), chain.directory(), bytes));
    }
    return saved;
  }

  private List<Region> allRegions() {
    List<Region> all = new ArrayList<>(segments.regions());
    all.addAll(waiting.values());
    return all;
  }

  /** As {@link Checkpoints#forget}. */
  void forget(String name) {
    if (!segments.remove(name) && waiting.remove(name) == null) {
      throw new IllegalArgumentException("segment %s: found none of that name".formatted(name));
    }
  }

  /** Checks that there is something to take, and nothing that would be lost. */
  void check() {
    if (!waiting.isEmpty()) {
      throw new IllegalStateException(
          "the newest checkpoint has segments that nobody asked for or forgot: "
              + String.join(", ", waiting.keySet().stream().sorted().toList()));
    }
    if (segments.regions().isEmpty()) {
      throw new IllegalStateException("found no segment, wanted one or more to take");
    }
  }

  /** Watches all segments from now on, and finds what was written to before. */
  void watch() {
    if (!unwatched.isEmpty()) {
      unwatched.watch(
          pages ->
              next.changed(
                  segments.inImages(
                      FirstWrites.before(
                          segments.inMemory(pages),
                          () -> segments.changed(all -> next.changed(all.minus(pages)))))));
    }
  }

  /** What the kernel knew of those that nobody watches yet is gone, perhaps. */
  void lost() {
    unwatched.watch(next::changed);
  }
}
