package dev.ooh.barrier;

import dev.ooh.barrier.link.StoreLinks;
import dev.ooh.barrier.weaving.StoreWeaver;
import dev.ooh.barrier.weaving.StoreWeaver.Outcome;
import dev.ooh.conformance.broken.Mutation;
import dev.ooh.memory.Substrate;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** Loads some packages anew and weaves the stores of their marked classes, as an agent would. */
final class WeavingLoader extends ClassLoader {
  private final List<String> packages;
  private final List<String> chosen;
  private final List<Mutation> mutations;

  /**
   * @param packages prefixes of class names to load anew
   * @param chosen prefixes of class names to weave besides the marked ones
   */
  WeavingLoader(List<String> packages, List<String> chosen, Mutation... mutations) {
    super(WeavingLoader.class.getClassLoader());
    this.mutations = List.of(mutations);
    this.packages = List.copyOf(packages);
    this.chosen = List.copyOf(chosen);
  }

  /** The linux substrate with woven stores. */
  static Substrate linux() {
    return new WeavingLoader(List.of("dev.ooh.linux."), List.of())
        .create(Substrate.class, "dev.ooh.linux.substrate.LinuxSubstrate");
  }

  <T> T create(Class<T> type, String className) {
    try {
      return type.cast(loadClass(className).getConstructor().newInstance());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(className, e);
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
      if (StoreWeaver.bearsMark(bytes) || chosen.stream().anyMatch(name::startsWith)) {
        Outcome outcome = new StoreWeaver().weave(name, bytes, this);
        bytes = outcome.bytes();
        tell(name, !StoreWeaver.bearsMark(bytes), outcome.unfollowed());
      }
      return defineClass(name, bytes, 0, bytes.length);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }

  /** Tells the links that the woven class will find, which may be a mutant's. */
  private void tell(String name, boolean isChosen, List<String> unfollowed)
      throws ClassNotFoundException {
    Class<?> links = loadClass(StoreLinks.class.getName());
    try {
      links
          .getMethod("wove", ClassLoader.class, String.class, boolean.class, List.class)
          .invoke(links.getMethod("shared").invoke(null), this, name, isChosen, unfollowed);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(name, e);
    }
  }
}
