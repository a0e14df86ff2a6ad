package dev.ooh.integration.unused;

/**
 * A method or field.
 *
 * @param owner its class, with slashes as the JVM has it
 * @param type its descriptor
 */
record Member(String owner, String name, String type) {
  Member in(String other) {
    return new Member(other, name, type);
  }

  boolean isMethod() {
    return type.startsWith("(");
  }

  /** As it is written in the allow list: class and name. */
  String shortName() {
    return owner.replace('/', '.') + "." + name;
  }
}
