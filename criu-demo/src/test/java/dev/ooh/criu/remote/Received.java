package dev.ooh.criu.remote;

import dev.ooh.image.remote.PageServer;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** What a page server told. */
record Received(BlockingQueue<Path> durable, BlockingQueue<String> failures)
    implements PageServer.Listener {
  Received() {
    this(new LinkedBlockingQueue<>(), new LinkedBlockingQueue<>());
  }

  @Override
  public void received(Path what) {
    durable.add(what);
  }

  @Override
  public void failed(String why) {
    failures.add(why);
  }
}
