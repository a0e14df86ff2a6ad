package dev.ooh.checkpoints.crac;

import java.util.concurrent.Callable;

/** A JVM that is restored at once: org.crac finds it by the name of this package. */
public final class Core {
  private static final Context<Resource> GLOBAL = new Context<>();

  /** What happens between checkpoint and restore. */
  public static volatile Callable<?> meanwhile = () -> "";

  private Core() {}

  public static Context<Resource> getGlobalContext() {
    return GLOBAL;
  }

  public static void checkpointRestore() throws CheckpointException, RestoreException {
    try {
      GLOBAL.before();
      System.out.println(meanwhile.call());
    } catch (Exception e) {
      CheckpointException failed = new CheckpointException();
      failed.addSuppressed(e);
      throw failed;
    }
    GLOBAL.after();
  }
}
