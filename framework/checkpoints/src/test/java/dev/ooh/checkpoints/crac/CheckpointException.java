package dev.ooh.checkpoints.crac;

/** It failed; why is suppressed. */
public class CheckpointException extends Exception {
  private static final long serialVersionUID = 1;
}
