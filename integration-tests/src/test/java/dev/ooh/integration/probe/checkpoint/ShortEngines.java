package dev.ooh.integration.probe.checkpoint;

import dev.ooh.workloads.Application;
import dev.ooh.workloads.Parameters;
import dev.ooh.workloads.Parameters.Configuration;
import dev.ooh.workloads.baby.BabyEngine;
import dev.ooh.workloads.cache.CacheEngine;
import dev.ooh.workloads.stdhash.StdHashEngine;
import dev.ooh.workloads.stdhash.StdHashEngine.Compression;
import dev.ooh.workloads.stdtree.StdTreeEngine;
import dev.ooh.workloads.tiny.TinyEngine;
import java.util.List;
import java.util.Optional;

/** The in-memory engines with fewer requests than the paper's, in three threads. */
final class ShortEngines {
  static final Parameters PARAMETERS = new Parameters(Configuration.SMALL, Optional.empty(), 3, 3);

  /** What an arena takes beside objects. */
  static final long ARENA_BYTES = 8 << 20;

  private ShortEngines() {}

  static List<Application> of(int requests) {
    return List.of(
        BabyEngine.withOperations(requests),
        CacheEngine.withOperations(requests, requests / 5),
        StdHashEngine.withOperations(requests, 100, Compression.ZLIB),
        StdTreeEngine.withOperations(requests),
        TinyEngine.withOperations(requests, 2 * requests));
  }
}
