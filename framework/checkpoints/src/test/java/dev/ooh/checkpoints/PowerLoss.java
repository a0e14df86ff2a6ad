package dev.ooh.checkpoints;

import dev.ooh.checkpoints.RecordedFiles.Change;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What a disk may hold after the power went. What was written to a file is certain once it was
 * forced; until then any part of it may be there, and the file's time may be the new one or not. A
 * name is certain once its directory was synchronized after it was given or taken; until then the
 * change may be there or not, whatever became of others.
 */
final class PowerLoss {
  private final Node root = Node.directory();
  private final Path top;
  private final SplittableRandom random;

  /** Something that has a name. */
  private static final class Node {
    /** Of a directory, what is certain. */
    final @Nullable Map<String, Node> names;

    /** Of a directory, changes of names that may get lost; no node where a name was taken. */
    final Map<String, Pending> pending = new LinkedHashMap<>();

    final @Nullable Path target;
    final @Nullable Contents contents;

    private Node(
        @Nullable Map<String, Node> names, @Nullable Path target, @Nullable Contents contents) {
      this.names = names;
      this.target = target;
      this.contents = contents;
    }

    static Node directory() {
      return new Node(new LinkedHashMap<>(), null, null);
    }

    static Node link(Path target) {
      return new Node(null, target, null);
    }

    /**
     * @param kept another name of it, where what is left has to be that very file
     */
    static Node file(@Nullable Path kept) {
      return new Node(null, null, new Contents(kept));
    }

    @Nullable Node get(String name) {
      Pending newer = pending.get(name);
      return newer != null ? newer.node : names == null ? null : names.get(name);
    }
  }

  /** What is in a file. */
  private static final class Contents {
    private final @Nullable Path kept;
    private final List<Change> unforced = new ArrayList<>();
    private byte[] forced = {};
    private @Nullable FileTime forcedTime;

    Contents(@Nullable Path kept) {
      this.kept = kept;
    }

    void write(Change change) {
      unforced.add(change);
    }

    void force() {
      if (!unforced.isEmpty()) {
        forced = Arrays.copyOf(forced, length());
        for (Change write : unforced) {
          System.arraycopy(write.bytes(), 0, forced, (int) write.offset(), write.bytes().length);
        }
        forcedTime = unforced.getLast().modified();
        unforced.clear();
      }
    }

    private int length() {
      int length = forced.length;
      for (Change write : unforced) {
        length = Math.max(length, (int) write.offset() + write.bytes().length);
      }
      return length;
    }

    void leave(Path file, SplittableRandom random) throws IOException {
      byte[] left = Arrays.copyOf(forced, length());
      for (Change write : unforced) {
        leave(write, left, random);
      }
      int length =
          random.nextBoolean() ? left.length : random.nextInt(forced.length, left.length + 1);
      Path name = kept == null ? file : kept;
      Files.write(name, Arrays.copyOf(left, length));
      if (kept != null) {
        Files.createLink(file, kept);
      }
      FileTime time = time(random);
      if (time != null) {
        Files.setLastModifiedTime(name, time);
      }
    }

    /** Mostly the last one, which an image that is not whole would say as well. */
    private @Nullable FileTime time(SplittableRandom random) {
      if (unforced.isEmpty()) {
        return forcedTime;
      }
      return switch (random.nextInt(4)) {
        case 0 -> forcedTime;
        case 1 -> unforced.get(random.nextInt(unforced.size())).modified();
        default -> unforced.getLast().modified();
      };
    }

    /** All of what was written, nothing, or any bytes of it. */
    private static void leave(Change write, byte[] left, SplittableRandom random) {
      int lost = random.nextInt(3);
      for (int i = 0; i < write.bytes().length; i++) {
        if (lost == 0 || lost == 1 && random.nextInt(3) > 0) {
          left[(int) write.offset() + i] = write.bytes()[i];
        }
      }
    }
  }

  /** A rename is one change of two names. */
  private static final class Pending {
    final @Nullable Node node;
    final Fate fate;

    Pending(@Nullable Node node, Fate fate) {
      this.node = node;
      this.fate = fate;
    }
  }

  /** Whether a change is there is one question for all names that it concerns. */
  private static final class Fate {
    boolean decided;
    boolean there;

    boolean isThere(SplittableRandom random) {
      if (!decided) {
        decided = true;
        there = random.nextBoolean();
      }
      return there;
    }

    void certain() {
      decided = true;
      there = true;
    }
  }

  private PowerLoss(Path top, SplittableRandom random) {
    this.top = top;
    this.random = random;
  }

  /** Makes in {@code into} one of the states that may be left after {@code changes} of top. */
  static void leave(Path top, List<Change> changes, Path into, SplittableRandom random)
      throws IOException {
    PowerLoss loss = new PowerLoss(top, random);
    changes.forEach(loss::apply);
    loss.materialize(loss.root, into);
  }

  private Node directory(Path path) {
    Node node = root;
    for (Path name : top.relativize(path)) {
      if (!name.toString().isEmpty()) {
        node = node.get(name.toString());
      }
    }
    return node;
  }

  private void name(Path path, @Nullable Node node, Fate fate) {
    Node parent = directory(path.getParent());
    Pending before = parent.pending.get(path.getFileName().toString());
    if (before != null && before.fate.isThere(random)) {
      settle(parent, path.getFileName().toString(), before);
    }
    parent.pending.put(path.getFileName().toString(), new Pending(node, fate));
  }

  private static void settle(Node directory, String name, Pending change) {
    if (change.node == null) {
      directory.names.remove(name);
    } else {
      directory.names.put(name, change.node);
    }
  }

  private Node at(Path path) {
    return directory(path.getParent()).get(path.getFileName().toString());
  }

  private void apply(Change change) {
    switch (change.kind()) {
      case MAKE_DIRECTORY -> name(change.path(), Node.directory(), new Fate());
      case CREATE -> name(change.path(), Node.file(change.other()), new Fate());
      case LINK -> name(change.path(), Node.link(change.other()), new Fate());
      case DELETE -> {
        if (at(change.path()) != null) {
          name(change.path(), null, new Fate());
        }
      }
      case RENAME -> {
        Fate fate = new Fate();
        Node node = at(change.path());
        name(change.path(), null, fate);
        name(change.other(), node, fate);
      }
      case WRITE -> at(change.path()).contents.write(change);
      case FORCE -> at(change.path()).contents.force();
      case SYNC_DIRECTORY -> sync(directory(change.path()));
    }
  }

  private static void sync(Node directory) {
    Iterator<Map.Entry<String, Pending>> all = directory.pending.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<String, Pending> next = all.next();
      next.getValue().fate.certain();
      settle(directory, next.getKey(), next.getValue());
      all.remove();
    }
  }

  /** Removes one of them. */
  static void remove(Path tree) throws IOException {
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException failure)
              throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private void materialize(Node directory, Path into) throws IOException {
    Files.createDirectories(into);
    Map<String, Node> left = new LinkedHashMap<>(directory.names);
    directory.pending.forEach(
        (name, change) -> {
          if (change.fate.isThere(random)) {
            if (change.node == null) {
              left.remove(name);
            } else {
              left.put(name, change.node);
            }
          }
        });
    for (Map.Entry<String, Node> entry : left.entrySet()) {
      Path path = into.resolve(entry.getKey());
      Node node = entry.getValue();
      if (node.names != null) {
        materialize(node, path);
      } else if (node.target != null) {
        Files.createSymbolicLink(path, node.target);
      } else {
        node.contents.leave(path, random);
      }
    }
  }
}
