package dev.ooh.checkpoints;

/**
 * From which sizes on things are done otherwise.
 *
 * @param aheadBytes of all segments, from which on a first checkpoint is written while the program
 *     runs; copies of less are made in no time
 * @param scatteredPages that a lazy restore would copy one by one, some 16 microseconds each, from
 *     which on there is a flat image; or as many sets as take so long to look into
 */
record Thresholds(long aheadBytes, long scatteredPages) {
  static final Thresholds USUAL = new Thresholds(32L << 20, 64);
}
