package dev.ooh.criu.command;

import dev.ooh.cli.ErrorText;
import dev.ooh.image.ImageException;
import dev.ooh.image.reader.ChainCheck;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.store.SetFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What is found out about the sets of a directory, told once each, however many sets it spoils. */
final class ImagesCheck {
  static final String FOREIGN = "foreign";

  private final ImageSet.Opener opener = new ImageSet.Opener();
  private final ChainCheck chain = new ChainCheck();
  private final List<Map<String, Object>> objects = new ArrayList<>();
  private final List<String> lines = new ArrayList<>();
  private final Set<String> told = new HashSet<>();

  /** Of each set that is damaged, what is. */
  private final Map<Path, List<String>> errors = new HashMap<>();

  private final SetFolder folder;

  /** Before anything was looked at. */
  private final Optional<Path> latest;

  private String first = "";

  ImagesCheck(SetFolder folder) {
    this.folder = folder;
    this.latest = ImagesRun.latest(folder);
  }

  /**
   * Whether a program has made another set the latest since, and may have removed those that were
   * to be checked.
   */
  boolean isOutdated() {
    return !ImagesRun.latest(folder).equals(latest);
  }

  /** What a set is that could not be read, in a word. */
  static String state(IOException e) {
    if (!(e instanceof ImageException image)) {
      return "unreadable";
    }
    return switch (image.kind()) {
      case DAMAGED -> "damaged";
      case FOREIGN -> FOREIGN;
      case DENIED -> "unreadable";
    };
  }

  /**
   * Why nothing can be restored from the folder; empty if it can.
   *
   * @param sets those in it, to which what would be restored is added if it is none of them
   */
  Optional<String> newest(List<Path> sets) {
    try {
      ImageSet set = opener.openNewest(folder.path());
      if (!sets.contains(set.path())) {
        sets.add(set.path());
      }
      if (!chain.check(set, this::damage)) {
        return Optional.of(first);
      }
      return set.description().complete()
          ? Optional.empty()
          : Optional.of(set.path() + " is a pre-dump of a running program, wanted a dump");
    } catch (IOException e) {
      if (sets.isEmpty()) {
        objects.add(object(folder.path(), e));
      }
      tell(e);
      return Optional.of(ErrorText.of(e));
    }
  }

  private void damage(ImageSet set, ImageException how) {
    String error = tell(how);
    if (first.isEmpty()) {
      first = error;
    }
    errors.computeIfAbsent(set.path(), _ -> new ArrayList<>()).add(error);
  }

  private String tell(IOException how) {
    String error = ErrorText.of(how);
    if (told.add(error)) {
      lines.add(state(how) + ": " + error);
    }
    return error;
  }

  private static Map<String, Object> object(Path path, IOException e) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("set", path.toString());
    object.put("whole", false);
    object.put("state", state(e));
    object.put("error", ErrorText.of(e));
    return object;
  }

  /** Checks a set and what it builds on; one that was removed meanwhile is left out. */
  void set(Path path) {
    int before = lines.size();
    Map<String, Object> object = checked(path);
    if (object.containsKey("error") && Files.notExists(path, LinkOption.NOFOLLOW_LINKS)) {
      lines.subList(before, lines.size()).clear();
    } else {
      objects.add(object);
    }
  }

  private Map<String, Object> checked(Path path) {
    try {
      ImageSet set = opener.open(path);
      boolean whole = chain.check(set, this::damage);
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("set", path.toString());
      object.put("whole", whole);
      List<String> own = errors.get(set.path());
      if (own != null) {
        object.put("state", "damaged");
        object.put("error", own.getFirst());
        object.put("errors", own);
      } else if (!whole) {
        object.put("state", "damaged");
        object.put("error", "it builds on a set that is damaged");
        lines.add("damaged: %s builds on a set that is".formatted(path));
      } else {
        lines.add(
            "%s: %s of %s, %d pages, %d of them here, %d sets in the chain: whole"
                .formatted(
                    path,
                    set.description().complete() ? "dump" : "pre-dump",
                    set.description().application(),
                    set.pages().pageCount(),
                    set.presentPages(),
                    set.chainLength()));
      }
      return object;
    } catch (IOException e) {
      tell(e);
      return object(path, e);
    }
  }

  void foreign(Path path) {
    objects.add(Map.of("set", path.toString(), "state", FOREIGN));
    lines.add(FOREIGN + ": " + path + " is no image set, and nobody's concern here");
  }

  List<Map<String, Object>> objects() {
    return objects;
  }

  List<String> lines() {
    return lines;
  }
}
