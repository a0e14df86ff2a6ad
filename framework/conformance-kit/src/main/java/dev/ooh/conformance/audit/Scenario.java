package dev.ooh.conformance.audit;

/**
 * An audit to be.
 *
 * @param stage says what memory there is, who watches it, and what disturbs
 * @param onlyInSoak whether it takes too long to run with the other tests
 */
public record Scenario(String name, Stage stage, boolean onlyInSoak) {
  public Scenario(String name, Stage stage) {
    this(name, stage, false);
  }

  /** What makes an audit ready. */
  public interface Stage {
    /** Called once, before the audit runs. */
    void set(Audit audit) throws Exception;
  }
}
