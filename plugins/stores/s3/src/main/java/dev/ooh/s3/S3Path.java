package dev.ooh.s3;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A name of an object, or of what objects' names begin with: {@code s3://bucket/a/b}. */
final class S3Path implements Path {
  private final S3FileSystem system;
  private final boolean absolute;
  private final List<String> names;

  S3Path(S3FileSystem system, boolean absolute, List<String> names) {
    this.system = system;
    this.absolute = absolute;
    this.names = List.copyOf(names);
  }

  static S3Path parse(S3FileSystem system, String text) {
    String root = system.root();
    boolean whole = text.startsWith(root);
    String rest = whole ? text.substring(root.length()) : text;
    return new S3Path(
        system,
        whole || rest.startsWith("/"),
        Arrays.stream(rest.split("/")).filter(name -> !name.isEmpty()).toList());
  }

  private static S3Path of(Path path) {
    if (path instanceof S3Path ours) {
      return ours;
    }
    throw new ProviderMismatchException(path + " is no path of S3");
  }

  /** Of the object. */
  String key() {
    return String.join("/", ((S3Path) toAbsolutePath()).names);
  }

  /** With which the keys of what is in it begin. */
  String prefix() {
    String key = key();
    return key.isEmpty() ? "" : key + "/";
  }

  @Override
  public S3FileSystem getFileSystem() {
    return system;
  }

  @Override
  public boolean isAbsolute() {
    return absolute;
  }

  @Override
  public @Nullable Path getRoot() {
    return absolute ? new S3Path(system, true, List.of()) : null;
  }

  @Override
  public @Nullable Path getFileName() {
    return names.isEmpty() ? null : new S3Path(system, false, List.of(names.getLast()));
  }

  @Override
  public @Nullable Path getParent() {
    if (names.isEmpty() || (names.size() == 1 && !absolute)) {
      return null;
    }
    return new S3Path(system, absolute, names.subList(0, names.size() - 1));
  }

  @Override
  public int getNameCount() {
    return names.size();
  }

  @Override
  public Path getName(int index) {
    return subpath(index, index + 1);
  }

  @Override
  public Path subpath(int begin, int end) {
    if (begin < 0 || end > names.size() || begin >= end) {
      throw new IllegalArgumentException(
          "names %d to %d of %s, wanted some that it has".formatted(begin, end, this));
    }
    return new S3Path(system, false, names.subList(begin, end));
  }

  @Override
  public boolean startsWith(Path other) {
    return other instanceof S3Path start
        && start.system.equals(system)
        && start.absolute == absolute
        && start.names.size() <= names.size()
        && names.subList(0, start.names.size()).equals(start.names);
  }

  @Override
  public boolean endsWith(Path other) {
    if (!(other instanceof S3Path end) || end.absolute) {
      return equals(other);
    }
    int rest = names.size() - end.names.size();
    return rest >= 0 && names.subList(rest, names.size()).equals(end.names);
  }

  @Override
  public Path normalize() {
    List<String> plain = new ArrayList<>();
    for (String name : names) {
      if (name.equals("..") && !plain.isEmpty() && !plain.getLast().equals("..")) {
        plain.removeLast();
      } else if (!name.equals(".") && !(name.equals("..") && absolute)) {
        plain.add(name);
      }
    }
    return new S3Path(system, absolute, plain);
  }

  @Override
  public Path resolve(Path other) {
    S3Path more = of(other);
    if (more.absolute) {
      return more;
    }
    List<String> all = new ArrayList<>(names);
    all.addAll(more.names);
    return new S3Path(system, absolute, all);
  }

  @Override
  public Path relativize(Path other) {
    if (!other.startsWith(this)) {
      throw new IllegalArgumentException("%s does not start with %s".formatted(other, this));
    }
    List<String> all = of(other).names;
    return new S3Path(system, false, all.subList(names.size(), all.size()));
  }

  @Override
  public URI toUri() {
    try {
      return new URI("s3", system.bucket().name(), "/" + key(), null);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Path toAbsolutePath() {
    return absolute ? this : new S3Path(system, true, names);
  }

  @Override
  public Path toRealPath(LinkOption... options) {
    return toAbsolutePath().normalize();
  }

  @Override
  public WatchKey register(
      WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
    throw new UnsupportedOperationException("buckets can't be watched");
  }

  @Override
  public int compareTo(Path other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof S3Path path
        && path.system.equals(system)
        && path.absolute == absolute
        && path.names.equals(names);
  }

  @Override
  public int hashCode() {
    return Objects.hash(system, absolute, names);
  }

  @Override
  public String toString() {
    return (absolute ? system.root() : "") + String.join("/", names);
  }
}
