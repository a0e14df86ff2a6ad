package dev.ooh.conformance.storm;

/** What a storm did without losing a page. */
public record StormReport(
    long seed,
    long checks,
    long fetches,
    long pagesReported,
    long stores,
    long kernelWrites,
    long collections,
    long switches,
    long refusedSwitches,
    long monitorsKilled) {
  @Override
  public String toString() {
    return ("seed %d: %d checks, %d fetches reported %d pages of %d stores and %d kernel writes,"
            + " over %d collections, %d switches (%d more refused) and %d monitors killed;"
            + " nothing lost")
        .formatted(
            seed,
            checks,
            fetches,
            pagesReported,
            stores,
            kernelWrites,
            collections,
            switches,
            refusedSwitches,
            monitorsKilled);
  }
}
