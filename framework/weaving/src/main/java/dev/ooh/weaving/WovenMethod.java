package dev.ooh.weaving;

/**
 * A method whose body was replaced by a link to the core.
 *
 * @param bundle the symbolic name of the bundle that holds it
 * @param type the class that declares it
 * @param method its name
 */
public record WovenMethod(String bundle, String type, String method) {
  @Override
  public String toString() {
    return type + "." + method + " of " + bundle;
  }
}
