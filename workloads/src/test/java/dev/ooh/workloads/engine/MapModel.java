package dev.ooh.workloads.engine;

import java.util.Map;

/** A map of the JDK as the model of an engine; its order is the one of the digest. */
public record MapModel(Map<Long, Long> map, Fold fold) implements EngineContract.Model {
  /** One of {@link RecordDigest}'s. */
  public interface Fold {
    long add(long digest, long key, long value);
  }

  @Override
  public void set(long key, long value) {
    map.put(key, value);
  }

  @Override
  public long digest() {
    return digest(0);
  }

  /** Goes on from the digest of what comes before. */
  public long digest(long before) {
    long digest = before;
    for (var record : map.entrySet()) {
      digest = fold.add(digest, record.getKey(), record.getValue());
    }
    return digest;
  }
}
