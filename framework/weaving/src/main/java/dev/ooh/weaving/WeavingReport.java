package dev.ooh.weaving;

import java.util.List;

/** Tells what was woven, and what should have been and was not. A service; for any thread. */
public interface WeavingReport {
  /** Every woven method of the classes that are loaded now, in the order in which they came. */
  List<WovenMethod> woven();

  /** Whether woven methods reach a core now; when not, they answer "all" and why. */
  boolean linked();

  /**
   * One line a problem: a marked method with a wrong signature, a bundle that expects to be woven
   * and has no marked method, a class that could not be woven. A bundle's problems go with it.
   */
  List<String> problems();
}
