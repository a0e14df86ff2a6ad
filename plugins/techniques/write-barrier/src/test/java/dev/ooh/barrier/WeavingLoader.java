package dev.ooh.barrier;

import dev.ooh.barrier.link.StoreLinks;
import dev.ooh.barrier.weaving.StoreWeaver;
import dev.ooh.barrier.weaving.StoreWeaver.Outcome;
import dev.ooh.conformance.broken.MutantLoader;
import dev.ooh.conformance.broken.Mutation;
import dev.ooh.memory.Substrate;
import java.util.List;

/** Loads some packages anew and weaves the stores of their marked classes, as an agent would. */
final class WeavingLoader extends MutantLoader {
  private final List<String> chosen;

  /**
   * @param packages prefixes of class names to load anew
   * @param chosen prefixes of class names to weave besides the marked ones
   */
  WeavingLoader(List<String> packages, List<String> chosen, Mutation... mutations) {
    super(WeavingLoader.class.getClassLoader(), packages, mutations);
    this.chosen = List.copyOf(chosen);
  }

  /** The linux substrate with woven stores. */
  static Substrate linux() {
    return new WeavingLoader(List.of("dev.ooh.linux."), List.of())
        .create(Substrate.class, "dev.ooh.linux.substrate.LinuxSubstrate");
  }

  @Override
  protected byte[] woven(String name, byte[] bytes) throws ClassNotFoundException {
    if (!StoreWeaver.MARK.isIn(name, bytes) && chosen.stream().noneMatch(name::startsWith)) {
      return bytes;
    }
    Outcome outcome = new StoreWeaver().weave(name, bytes, this);
    tell(name, !StoreWeaver.MARK.isIn(name, outcome.bytes()), outcome.unfollowed());
    return outcome.bytes();
  }

  /** Tells the links that the woven class will find, which may be a mutant's. */
  private void tell(String name, boolean isChosen, List<String> unfollowed)
      throws ClassNotFoundException {
    Class<?> links = loadClass(StoreLinks.class.getName());
    try {
      Object classes = links.getMethod("classes").invoke(links.getMethod("shared").invoke(null));
      classes
          .getClass()
          .getMethod("wove", ClassLoader.class, String.class, boolean.class, List.class)
          .invoke(classes, this, name, isChosen, unfollowed);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(name, e);
    }
  }
}
