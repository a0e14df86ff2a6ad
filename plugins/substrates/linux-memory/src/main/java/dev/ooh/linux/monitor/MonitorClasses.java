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
import java.util.Set;

/**
 * Copies the monitor's classes into a folder that can be a class path. A bundle's classes are not
 * always in a jar that another JVM could open, so they are read through the class loader: the main
 * class, and whatever of this bundle its constant pool and theirs name.
 */
final class MonitorClasses {
  private static final String PREFIX = "dev/ooh/linux/";
  private static final String MAIN = PREFIX + "monitor/MonitorMain";

  private MonitorClasses() {}

  static void copyTo(Path folder) throws IOException {
    Set<String> seen = new HashSet<>(Set.of(MAIN));
    Deque<String> todo = new ArrayDeque<>(seen);
    while (!todo.isEmpty()) {
      String name = todo.remove();
      byte[] bytes = read(name);
      Path target = folder.resolve(name + ".class");
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
  }

  private static byte[] read(String name) throws IOException {
    try (InputStream in = MonitorClasses.class.getResourceAsStream("/" + name + ".class")) {
      if (in == null) {
        throw new IOException("class " + name + " of the monitor is not in its bundle");
      }
      return in.readAllBytes();
    }
  }
}
