package dev.ooh.checkpoints.crac;

/** What a JVM that can be checkpointed tells of it. */
public interface Resource {
  void beforeCheckpoint(Context<? extends Resource> context) throws Exception;

  void afterRestore(Context<? extends Resource> context) throws Exception;
}
