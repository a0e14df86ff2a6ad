package dev.ooh.conformance.broken;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * Loads some packages anew, with mutations. All other classes are the parent's, so that a mutant
 * technique, machine or core is used through the contract like the right one.
 */
public class MutantLoader extends ClassLoader {
  private final List<String> packages;
  private final List<Mutation> mutations;

  /**
   * @param packages prefixes of class names to load anew
   */
  public MutantLoader(ClassLoader parent, List<String> packages, Mutation... mutations) {
    super(parent);
    this.packages = List.copyOf(packages);
    this.mutations = List.of(mutations);
  }

  /**
   * An instance of a class with a public no-argument constructor, as {@code type} of the parent.
   */
  public <T> T create(Class<T> type, String className) {
    try {
      return type.cast(loadClass(className).getConstructor().newInstance());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("mutant of %s: %s".formatted(className, e), e);
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (packages.stream().noneMatch(name::startsWith)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded == null ? define(name) : loaded;
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    try (InputStream stream = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (stream == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] bytes = stream.readAllBytes();
      for (Mutation mutation : mutations) {
        if (mutation.className().equals(name)) {
          bytes = mutation.applyTo(bytes);
        }
      }
      bytes = woven(name, bytes);
      return defineClass(name, bytes, 0, bytes.length);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }

  /** What else is done to a class before it is defined: here nothing. */
  protected byte[] woven(String name, byte[] bytes) throws ClassNotFoundException {
    return bytes;
  }
}
