package dev.ooh.image.store;

import dev.ooh.image.input.Inspection;
import dev.ooh.image.message.SetFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A directory of image sets, as its names and links tell, without reading any set. */
public record SetFolder(Path path) {
  /** The link to the newest set that can be restored. */
  public static final String LATEST = SetNames.LATEST;

  /** By number, oldest first. What is named otherwise is no set. */
  public List<Path> sets() throws IOException {
    List<Path> sets = new ArrayList<>();
    for (Path set : SetNames.numbered(path)) {
      if (SetNames.exists(set)) {
        sets.add(set);
      }
    }
    return sets;
  }

  /** What is named somewhat like a set, and is none: nobody reads it, or removes it. */
  public List<Path> foreign() throws IOException {
    List<Path> foreign = new ArrayList<>();
    for (Path entry : SetNames.entries(path)) {
      if (entry.getFileName().toString().startsWith(SetNames.PREFIX) && !SetNames.isSet(entry)) {
        foreign.add(entry);
      }
    }
    Collections.sort(foreign);
    return foreign;
  }

  /** Whether something is there of a writer that died, or of one that still writes. */
  public boolean hasDrafts() throws IOException {
    for (Path entry : SetNames.entries(path)) {
      if (entry.getFileName().toString().startsWith(SetNames.DRAFT_PREFIX)) {
        return true;
      }
    }
    return false;
  }

  /** The newest set that can be restored, be it there or not. */
  public Optional<Path> latest() throws IOException {
    return LatestSet.in(path);
  }

  public boolean isLatest(Path set) throws IOException {
    Optional<Path> latest = latest();
    return latest.isPresent() && isSame(latest.get(), path.resolve(set.getFileName()));
  }

  /** Whether the latest set builds on {@code set}, be it by way of others. */
  public boolean isBelowLatest(Path set) throws IOException {
    Path sought = path.resolve(set.getFileName());
    Set<Path> seen = new HashSet<>(); // sets may name each other as parents
    for (Optional<Path> above = latest(); above.isPresent() && seen.add(above.get()); ) {
      above = parentOf(above.get());
      if (above.isPresent() && isSame(above.get(), sought)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isSame(Path one, Path other) throws IOException {
    return one.equals(other) || real(one).equals(real(other));
  }

  /** A link may spell a path otherwise than the folder is; what isn't there stays as it is. */
  static Path real(Path path) throws IOException {
    return Inspection.of(path).isPresent() ? path.toRealPath() : path;
  }

  /** What {@code set} names as its parent, be it there or not. */
  public static Optional<Path> parentOf(Path set) throws IOException {
    return Links.target(set.resolve(SetFiles.PARENT));
  }
}
