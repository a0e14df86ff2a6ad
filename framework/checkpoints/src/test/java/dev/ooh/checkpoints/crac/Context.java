package dev.ooh.checkpoints.crac;

import java.util.ArrayList;
import java.util.List;

/** Tells backwards before, forwards after. */
public class Context<R extends Resource> {
  private final List<R> resources = new ArrayList<>();

  public void register(R resource) {
    resources.add(resource);
  }

  void before() throws Exception {
    for (R resource : resources.reversed()) {
      resource.beforeCheckpoint(this);
    }
  }

  void after() throws RestoreException {
    RestoreException failed = new RestoreException();
    for (R resource : resources) {
      try {
        resource.afterRestore(this);
      } catch (Exception e) {
        failed.addSuppressed(e);
      }
    }
    if (failed.getSuppressed().length > 0) {
      throw failed;
    }
  }
}
