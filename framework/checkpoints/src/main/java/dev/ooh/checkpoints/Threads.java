package dev.ooh.checkpoints;

import java.util.concurrent.ThreadFactory;

/** Makes threads of one name, none of which keeps a program alive. */
record Threads(String name) implements ThreadFactory {
  @Override
  public Thread newThread(Runnable action) {
    Thread thread = new Thread(action, name);
    thread.setDaemon(true);
    return thread;
  }
}
