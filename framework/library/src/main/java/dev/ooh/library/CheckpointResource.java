package dev.ooh.library;

import dev.ooh.tracking.TrackingException;
import org.crac.Context;
import org.crac.Core;
import org.crac.Resource;

/**
 * Lets go of everything that a checkpoint of this JVM can't hold (a userfaultfd above all), and
 * tracks anew after a restore. The only class that names org.crac, which need not be there.
 */
final class CheckpointResource implements Resource {
  private final PageTracker tracker;

  private CheckpointResource(PageTracker tracker) {
    this.tracker = tracker;
  }

  /**
   * Registers with the JVM's own context.
   *
   * @return what the caller must keep, for a context refers to it weakly
   */
  static Object register(PageTracker tracker) {
    return register(tracker, Core.getGlobalContext());
  }

  static Object register(PageTracker tracker, Context<Resource> context) {
    CheckpointResource resource = new CheckpointResource(tracker);
    context.register(resource);
    return resource;
  }

  @Override
  public void beforeCheckpoint(Context<? extends Resource> context) {
    tracker.suspend();
  }

  @Override
  public void afterRestore(Context<? extends Resource> context) throws TrackingException {
    tracker.resume();
  }
}
