package dev.ooh.checkpoints;

import java.io.IOException;
import org.crac.Context;
import org.crac.Core;
import org.crac.Resource;

/**
 * Lets go of the directory before this JVM is checkpointed, and takes it again after a restore. The
 * only class that names org.crac.
 */
final class CracResource implements Resource {
  private final Checkpoints checkpoints;

  private CracResource(Checkpoints checkpoints) {
    this.checkpoints = checkpoints;
  }

  /**
   * Registers with the JVM's own context.
   *
   * @return what the caller must keep, for a context refers to it weakly
   * @throws NoClassDefFoundError where org.crac is not on the class path
   */
  static Object register(Checkpoints checkpoints) {
    CracResource resource = new CracResource(checkpoints);
    Core.getGlobalContext().register(resource);
    return resource;
  }

  @Override
  public void beforeCheckpoint(Context<? extends Resource> context) throws IOException {
    checkpoints.suspend();
  }

  @Override
  public void afterRestore(Context<? extends Resource> context) throws IOException {
    checkpoints.resume();
  }
}
