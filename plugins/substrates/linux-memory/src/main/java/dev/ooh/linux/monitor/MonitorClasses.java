package dev.ooh.linux.monitor;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Copies the monitor's classes into a folder that can be a class path. A bundle's classes are not
 * always in a jar that another JVM could open, so they are read through the class loader: the main
 * class, and whatever of this bundle its constant pool and theirs name.
 */
final class MonitorClasses {
  private static final String PREFIX = "dev/ooh/linux/";
  private static final String SUFFIX = ".class";
  private static final String MAIN = PREFIX + "monitor/MonitorMain";

  private MonitorClasses() {}

  /** Returns the folder. */
  static Path copyTo(Path folder) throws IOException {
    Set<String> seen = new HashSet<>(Set.of(MAIN));
    Deque<String> todo = new ArrayDeque<>(seen);
    while (!todo.isEmpty()) {
      String name = todo.remove();
      byte[] bytes = read(name);
      Path target = folder.resolve(name + SUFFIX);
      Files.createDirectories(target.getParent());
      Files.write(target, bytes);
      for (PoolEntry entry : ClassFile.of().parse(bytes).constantPool()) {
        if (entry instanceof ClassEntry type
            && type.asInternalName().startsWith(PREFIX)
            && seen.add(type.asInternalName())) {
          todo.add(type.asInternalName());
        }
      }
    }
    return folder;
  }

  /** Loads all that was copied to {@code folder}, which may vanish then. */
  static void loadFrom(Path folder) throws IOException, ClassNotFoundException {
    List<String> names;
    try (Stream<Path> files = Files.walk(folder)) {
      names =
          files
              .map(file -> folder.relativize(file).toString())
              .filter(file -> file.endsWith(SUFFIX))
              .map(file -> file.substring(0, file.length() - SUFFIX.length()).replace('/', '.'))
              .toList();
    }
    for (String name : names) {
      Class.forName(name, false, MonitorClasses.class.getClassLoader());
    }
  }

  private static byte[] read(String name) throws IOException {
    try (InputStream in = MonitorClasses.class.getResourceAsStream("/" + name + SUFFIX)) {
      if (in == null) {
        throw new IOException("class " + name + " of the monitor is not in its bundle");
      }
      return in.readAllBytes();
    }
  }
}
