package dev.ooh.conformance.broken;

import dev.ooh.conformance.Subject;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingTechnique;
import java.util.List;

/**
 * A technique, and the machine below it, with mistakes in their code that together lose a page.
 *
 * @param what the mistake in words
 */
public record Mutant(String what, List<Mutation> mutations) {
  public Mutant {
    mutations = List.copyOf(mutations);
  }

  public static Mutant that(String what, Mutation... mutations) {
    return new Mutant(what, List.of(mutations));
  }

  /**
   * The mutant as a subject; each call loads it anew.
   *
   * @param packages prefixes of the classes that are loaded anew: those with mistakes, and all that
   *     meet their types
   * @throws IllegalStateException if a mutation finds nothing to change
   */
  public Subject subject(List<String> packages, String substrate, String technique) {
    MutantLoader loader =
        new MutantLoader(
            Mutant.class.getClassLoader(), packages, mutations.toArray(Mutation[]::new));
    try {
      for (Mutation mutation : mutations) {
        loader.loadClass(mutation.className());
      }
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("mutant that " + what + ": " + e, e);
    }
    return Subject.plain(
            loader.create(Substrate.class, substrate),
            new Unprobed(loader.create(TrackingTechnique.class, technique)))
        .named("a mutant that " + what);
  }

  @Override
  public String toString() {
    return what;
  }
}
