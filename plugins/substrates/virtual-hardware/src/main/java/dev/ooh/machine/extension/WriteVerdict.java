package dev.ooh.machine.extension;

/** What a {@link CpuExtension} says of a write to a page that the EPT makes read-only. */
public sealed interface WriteVerdict {
  /** The write goes on, as if the page were writable. */
  record Allowed() implements WriteVerdict {}

  /**
   * An EPT violation.
   *
   * @param gpa of the first byte that may not be written
   */
  record Denied(long gpa) implements WriteVerdict {}

  /**
   * An exit for a reason of the extension's own.
   *
   * @param reason the basic exit reason, which no exit of the standard machine has
   * @param qualification the exit qualification
   */
  record Exit(int reason, long qualification) implements WriteVerdict {}
}
