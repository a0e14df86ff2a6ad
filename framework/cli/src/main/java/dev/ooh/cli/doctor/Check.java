package dev.ooh.cli.doctor;

/**
 * What one trial showed.
 *
 * @param what a technique's name, an interface of the kernel, or {@code *} for everything
 * @param substrate where it was tried
 * @param memory the kind of mapping; {@code *} when it doesn't matter
 * @param works whether every page written was reported
 * @param reason how it works, or what happened
 * @param remedy what the user can do; empty when nothing is known, or when it works
 */
record Check(
    String what, String substrate, String memory, boolean works, String reason, String remedy) {
  static final String ANY = "*";

  static Check works(String what, String substrate, String memory, String how) {
    return new Check(what, substrate, memory, true, how, "");
  }

  static Check fails(String what, String substrate, String memory, String why, String remedy) {
    return new Check(what, substrate, memory, false, why, remedy);
  }

  Check withRemedy(String newRemedy) {
    return new Check(what, substrate, memory, works, reason, newRemedy);
  }
}
